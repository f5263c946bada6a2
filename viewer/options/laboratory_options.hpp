#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "net/sockets/endpoint.hpp"
#include "net/sockets/socket_options.hpp"

namespace jpegwire {

/// The options of jpegwire-viewer for learning how a stream of bytes arrives
/// (docs/partial-reads.md).
struct LaboratoryOptions {
  bool trace = false;  // the window starts with the arrival trace
  std::string trace_file;
  bool explain = false;
  bool naive = false;
  ReadSettings read;

  std::optional<Endpoint> echo;  // measure round trips to this echo instead of watching
  std::size_t max_echo_bytes = std::size_t{16} << 20;
  std::string plot_file;

  bool is_about_one_stream() const { return trace || explain || naive || !trace_file.empty(); }

  /// The default size of the recv at the beginning of a frame.
  static constexpr std::size_t kDefaultReadBytes = std::size_t{64} << 10;
  std::size_t read_bytes() const {
    return read.max_bytes == 0 ? kDefaultReadBytes : read.max_bytes;
  }
};

void add_echo_options(CommandLine& command_line, LaboratoryOptions& options);

/// Throws UsageError if the echo options contradict each other.
void check_echo_options(const CommandLine& command_line, const LaboratoryOptions& options);

/// Logs a warning if the receive buffer is too small for the stream to flow.
void warn_of_small_buffer(const ReadSettings& read);

/// Parsing fills `options`, which must outlive it. Returns the options, all of which
/// need a stream of bytes.
std::vector<Option> add_laboratory_options(CommandLine& command_line, LaboratoryOptions& options);

}  // namespace jpegwire
