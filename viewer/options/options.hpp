#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "net/framing/framing_detector.hpp"
#include "net/open_stream.hpp"
#include "net/sockets/endpoint.hpp"
#include "recording/recording_options.hpp"
#include "viewer/options/laboratory_options.hpp"

namespace jpegwire {

/// The options of jpegwire-viewer; the README and --help describe them.
struct ViewerOptions {
  Endpoint sender{"localhost", kDefaultPort};
  std::optional<Endpoint> listen;      // instead of `sender`
  std::vector<StreamAddress> streams;  // likewise; several: a mosaic
  std::string typed_address;           // the last of them, perhaps with a password: do not show it
  bool whole_frames = false;
  bool headless = false;
  std::optional<bool>
      reconnect;  // as given; by default a window reconnects and --headless does not
  double timeout_seconds = 5;
  std::optional<std::uint64_t> frames;
  std::optional<double> seconds;
  std::optional<double> warm_up_seconds;
  std::string save_directory;
  std::string snapshot_file;
  RecordingOptions recording;
  std::size_t max_frame_bytes = kDefaultMaxFrameBytes;
  LaboratoryOptions laboratory;
  int threads = 1;
  std::string summary;
  bool timeline = false;
  bool clock = false;
  bool optical = false;
  bool list_files = false;
  std::string fetch_name;
  Endpoint file_server{"localhost", kDefaultHttpPort};  // that --list and --fetch ask, over HTTP

  /// Whether to list or fetch files instead of watching a stream.
  bool asks_for_files() const { return list_files || !fetch_name.empty(); }

  std::size_t cameras() const { return streams.empty() ? 1 : streams.size(); }

  /// The address of each camera; if a sender connects to the viewer, the address it connects to.
  std::vector<StreamAddress> addresses() const;

  // The files of one camera; with several cameras each has its own names.
  RecordingOptions recording_of(std::size_t camera) const;
  std::filesystem::path save_directory_of(std::size_t camera) const;
  std::filesystem::path snapshot_file_of(std::size_t camera) const;

  /// The end of file names before the extension: empty, or "-camera2" with several cameras.
  std::string name_ending_of(std::size_t camera) const;
};

/// Parsing fills `options`, which must outlive it.
void add_viewer_options(CommandLine& command_line, ViewerOptions& options);

}  // namespace jpegwire
