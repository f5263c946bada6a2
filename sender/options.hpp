#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/picture_size.hpp"
#include "net/framing/size_prefix.hpp"
#include "net/rtp/rtp_sender.hpp"
#include "net/sockets/endpoint.hpp"
#include "net/sockets/socket_options.hpp"
#include "net/stream/rate_board.hpp"
#include "net/tcp/frame_memory.hpp"
#include "net/web/http_site.hpp"
#include "recording/recording_options.hpp"

namespace jpegwire {

inline constexpr double kDefaultFrameRate = 30;

/// The options of jpegwire-sender; the README and --help describe each.
struct SenderOptions {
  std::string source = "auto";
  std::optional<PictureSize> size;          // as given; a source has its own default
  std::optional<double> frames_per_second;  // likewise; 0: as fast as the source delivers
  int quality = 80;
  Adaptation adaptation = Adaptation::size;
  unsigned encodes = 3;  // per frame at most, for viewers whose links differ
  std::optional<int> min_quality;
  std::optional<Endpoint> tcp = Endpoint{"127.0.0.1", kDefaultPort};
  std::optional<Endpoint> http = Endpoint{"127.0.0.1", kDefaultHttpPort};
  std::size_t tcp_connections = 256;                    // viewers on the TCP port at a time
  std::size_t tcp_per_address = 32;                     // of these, from one address
  std::size_t memory_bytes = kDefaultFrameMemoryBytes;  // of frames that connections hold
  bool is_http_asked_for = false;  // if not, and the port is taken, continue without HTTP
  HttpSettings http_settings;
  SizePrefix framing = SizePrefix::be32;
  WriteSettings write;
  bool echo = false;  // instead of streaming, send back what is received
  std::vector<Endpoint> connect;
  std::vector<Endpoint> rtp;
  RtpSenderSettings rtp_settings;  // for each of them
  std::string sdp_file;
  RecordingOptions recording;
  int threads = 1;
  int bands = 0;  // 0: auto
  bool passthrough = true;
  std::optional<std::uint64_t> frames;
  std::optional<double> seconds;
  bool loop = false;
  bool stats = false;
  std::string summary;
  std::string shared_directory;

  /// Whether an output other than a recording is configured.
  bool sends() const { return tcp || http || !connect.empty() || !rtp.empty(); }

  /// Whether something is sent or recorded even if there is no HTTP.
  bool works_without_http() const {
    return tcp || !connect.empty() || !rtp.empty() || recording.is_wanted();
  }
};

/// Parsing fills `options`, which must outlive it.
void add_sender_options(CommandLine& command_line, SenderOptions& options);

}  // namespace jpegwire
