#pragma once

#include <CLI/App.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "net/sockets/endpoint.hpp"
#include "net/sockets/socket_options.hpp"

namespace jpegwire {

/// What of jpegwire-viewer is for learning how a stream of bytes arrives (docs/partial-reads.md).
struct LaboratoryOptions {
  bool trace = false;  // the window begins with the picture of each frame's arrival
  std::string trace_file;
  bool explain = false;
  bool naive = false;
  ReadSettings read;

  std::optional<Endpoint> echo;  // in place of watching: measure round trips to this echo
  std::size_t largest_echo_bytes = std::size_t{16} << 20;
  std::string plot_file;

  bool is_about_one_stream() const { return trace || explain || naive || !trace_file.empty(); }

  /// What the recv at the beginning of a frame asks for where nobody says otherwise.
  static constexpr std::size_t kDefaultReadBytes = std::size_t{64} << 10;
  std::size_t read_bytes() const {
    return read.most_bytes == 0 ? kDefaultReadBytes : read.most_bytes;
  }
};

void add_echo_options(CLI::App& app, LaboratoryOptions& options);

/// Throws CLI::ValidationError where the echo's options do not go together.
void check_echo_options(const CLI::App& app, const LaboratoryOptions& options);

/// Tells in the log of a lever that hardly lets the stream through.
void warn_of_levers(const ReadSettings& read);

/// Parsing with `app` fills `options`, which must outlive it. Gives the options themselves, for
/// which there must be a stream of bytes.
std::vector<const CLI::Option*> add_laboratory_options(CLI::App& app, LaboratoryOptions& options);

}  // namespace jpegwire
