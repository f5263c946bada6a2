#include "sender/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "app/command_line.hpp"
#include "app/parse_number.hpp"
#include "app/text.hpp"
#include "codec/jpeg_layout.hpp"
#include "net/open_stream.hpp"

namespace jpegwire {
namespace {

int parse_bands(const std::string& text) {
  if (text == "auto") return 0;
  const std::optional<int> bands = parse_number<int>(text);
  if (!bands || *bands < 1 || *bands > kMaxBands)
    throw std::invalid_argument(
        fmt::format("'{}' is neither auto nor a number from 1 to {}", text, kMaxBands));
  return *bands;
}

/// Whether the source is none of those with a name of their own.
bool is_file(const std::string& source) {
  const auto begins_with = [&](std::string_view start) { return source.starts_with(start); };
  return source != "auto" && source != "test" && !is_stream_address(source) &&
         !begins_with("/dev/") && !begins_with("camera:") && !begins_with("opencv:");
}

/// Whether no file is meant: localhost, an address or a host with a port.
bool is_host(const std::string& text) {
  const std::string host(trimmed(text));
  if (std::filesystem::exists(text) || host.find('/') != std::string::npos) return false;
  std::error_code error;
  asio::ip::make_address(host, error);
  const std::size_t colon = host.rfind(':');
  const bool has_port =
      colon != std::string::npos && parse_number<std::uint16_t>(host.substr(colon + 1));
  return !error || has_port || equal_ignoring_case(host, "localhost");
}

/// As the sources know it: a host is a sender there, as for the viewer.
std::string source_of(const std::string& text) {
  const std::string bare(trimmed(text));
  if (is_stream_address(bare)) return bare;
  const bool has_own_name = !is_file(text);
  return !has_own_name && is_host(text) ? to_tcp_url(parse_tcp_address(text)) : text;
}

void require_known_scheme(const std::string& url) {
  try {
    parse_stream_address(url);
  } catch (const std::invalid_argument& error) {
    const std::string sentence = error.what();
    throw std::invalid_argument(fmt::format(
        "{}{} --source also takes auto, test, a file, camera:N, /dev/videoN and opencv:N", sentence,
        sentence.ends_with('?') ? "" : ";"));
  }
}

void require_known_source(const std::string& source) {
  for (const std::string_view scheme : {"camera:", "opencv:"}) {
    if (!source.starts_with(scheme)) continue;
    const auto number = parse_number<int>(std::string_view(source).substr(scheme.size()));
    if (!number || *number < 0)
      throw std::invalid_argument(
          fmt::format("'{}' is not a camera; write {}0, {}1 and so on", source, scheme, scheme));
  }
  if (is_stream_address(trimmed(source)))
    parse_stream_address(source);
  else if (source.find("://") != std::string::npos)
    require_known_scheme(source);
}

void add_adaptation_options(CommandLine& command_line, SenderOptions& options) {
  static const std::map<std::string, Adaptation> modes{
      {"auto", Adaptation::size}, {"quality", Adaptation::quality}, {"off", Adaptation::off}};
  command_line.add_choice(
      "--adapt", {"auto", "quality", "off"},
      [&](const std::string& text) { options.adaptation = modes.at(text); },
      "What may change so that a viewer's link carries all frames:\n"
      "auto: quality and size; quality: the size stays; off: nothing\n[auto]");
  command_line.add_whole_number(
      "--min-quality", "1..100", options.min_quality, {1, 100},
      "The lowest quality for a slow link; below it, frames are\nskipped [10]");
  command_line.add_whole_number(
      "--encodes", "1..8", options.encodes, {1, kMaxGroups},
      "Groups of viewers, by what their links carry, for each of\nwhich a frame "
      "is encoded, at most [3]");
}

void add_picture_options(CommandLine& command_line, SenderOptions& options) {
  command_line.add(
      "--source", "SRC",
      [&](const std::string& text) {
        require_known_source(text);
        options.source = source_of(text);
      },
      "auto (the first camera that opens, else the test card), test,\n"
      "camera:N or a device, opencv:N (a camera with OpenCV), a video\n"
      "file or picture, or a stream's URL [auto]");
  command_line.add(
      "--size", "WxH", [&](const std::string& text) { options.size = parse_picture_size(text); },
      "Size to request from the camera, or to scale a file to; also\n480p, 720p, 1080p, 1440p, 4k, "
      "8k [1280x720]");
  command_line.add_number(
      "--fps", "N", options.frames_per_second, {0, 1000},
      "Frames per second [30, a file's own]; 0: as fast as possible,\nfrom the first viewer on");
  command_line.add_whole_number("--quality", "1..100", options.quality, {1, 100},
                                "JPEG quality of the frames encoded here, at most [80]");
  add_adaptation_options(command_line, options);
  command_line.add(
      "--bands", "auto|N", [&](const std::string& text) { options.bands = parse_bands(text); },
      "Bands of a frame, which are encoded in parallel [auto]");
  command_line.add_choice(
      "--passthrough", {"auto", "off"},
      [&](const std::string& text) { options.passthrough = text == "auto"; },
      "auto: send the JPEGs of a camera, file or stream unchanged;\n"
      "off: decode and encode them [auto]");
  command_line.add_flag("--loop", options.loop,
                        "Repeat a video file; a picture is always repeated");
}

std::optional<Endpoint> parse_listen_address_or_off(const std::string& text,
                                                    std::uint16_t default_port) {
  if (text == "off") return std::nullopt;
  return parse_listen_address(text, default_port);
}

void add_tcp_options(CommandLine& command_line, SenderOptions& options) {
  command_line.add(
      "--tcp", "[ADDR:]PORT|off",
      [&](const std::string& text) {
        options.tcp = parse_listen_address_or_off(text, kDefaultPort);
      },
      "Listen here for viewers, or off [127.0.0.1:2500]");
  // Values are set in the order in which options are added, so these change what --tcp has set.
  command_line.add(
      "-s", "ADDR",
      [&](const std::string& host) {
        options.tcp = Endpoint{parse_host_name(host), options.tcp.value_or(Endpoint{}).port};
      },
      "The address to listen on (as in the classic scripts)");
  command_line.add_whole_number(
      "-p", "PORT",
      [&](std::int64_t port) {
        options.tcp = Endpoint{options.tcp.value_or(Endpoint{"127.0.0.1"}).host,
                               static_cast<std::uint16_t>(port)};
      },
      {0, 65'535}, "The port to listen on (as in the classic scripts)");
  command_line.add_whole_number("--tcp-connections", "N", options.tcp_connections, {1, 100'000},
                                "Maximum number of viewers on the TCP port [256]");
  command_line.add_whole_number("--tcp-per-address", "N", options.tcp_per_address, {1, 100'000},
                                "Maximum number of these from one address [32]");
}

/// A whole number of bytes, or with K, M or G of 1024, 1024² or 1024³.
std::size_t parse_memory(const std::string& text) {
  constexpr std::string_view kUnits = "KMG";
  constexpr std::uint64_t kMin = std::uint64_t{1} << 20;
  constexpr std::uint64_t kMax = std::uint64_t{1} << 40;
  const std::size_t unit = text.empty() ? std::string_view::npos : kUnits.find(text.back());
  const bool has_unit = unit != std::string_view::npos;
  const auto shift = has_unit ? 10 * (unit + 1) : 0;
  const auto number = parse_number<std::uint64_t>(
      std::string_view(text).substr(0, text.size() - (has_unit ? 1 : 0)));
  if (!number || *number > kMax >> shift || *number << shift < kMin)
    throw std::invalid_argument(
        fmt::format("'{}' is not a number of bytes from 1M to 1024G, such as 256M", text));
  return *number << shift;
}

void add_http_options(CommandLine& command_line, SenderOptions& options) {
  HttpSettings& http = options.http_settings;
  command_line.add(
      "--http", "[ADDR:]PORT|off",
      [&](const std::string& text) {
        options.http = parse_listen_address_or_off(text, kDefaultHttpPort);
        options.is_http_asked_for = true;
      },
      "Serve the page, /stream and /snapshot here, or off\n[127.0.0.1:8080]");
  command_line.add_list(
      "--http-host", "NAME", [&](const std::string& name) { http.hosts.push_back(name); },
      "Another host name that browsers may use for this machine;\nmay be given several times");
  command_line.add_whole_number("--http-connections", "N", http.max_connections, {1, 100'000},
                                "Maximum number of HTTP connections [256]");
  command_line.add_whole_number("--http-per-address", "N", http.max_per_address, {1, 100'000},
                                "Maximum number of HTTP connections from one address [32]");
  command_line.add_whole_number("--http-head", "BYTES", http.max_head_bytes, {256, 32'768},
                                "Maximum size of the head of a request [8192]");
  command_line.add_number(
      "--http-timeout", "S",
      [&](double seconds) {
        http.head_timeout = std::chrono::milliseconds(std::llround(seconds * 1000));
        http.idle_timeout = http.head_timeout / 5;
      },
      {0.1, 3600}, "Time limit for a connection's next request [5]");
}

void parse_fec(const std::string& text, RtpSenderSettings& rtp) {
  rtp.fec_auto = text == "auto";
  rtp.fec_percent = 0;
  if (text == "auto" || text == "off") return;
  const std::optional<int> percent = parse_number<int>(text);
  if (!percent || *percent < 1 || *percent > 100)
    throw std::invalid_argument(
        fmt::format("'{}' is neither auto, nor off, nor a percentage from 1 to 100", text));
  rtp.fec_percent = *percent;
}

bool is_group(const Endpoint& endpoint) {
  std::error_code error;
  return asio::ip::make_address(endpoint.host, error).is_multicast() && !error;
}

// Options that require --rtp.
std::vector<Option> add_datagram_options(CommandLine& command_line, SenderOptions& options) {
  RtpSenderSettings& rtp = options.rtp_settings;
  return {
      command_line.add_file("--sdp", "FILE", options.sdp_file,
                            "Write the SDP of the first RTP stream, for other players"),
      command_line.add(
          "--fec", "PERCENT|auto|off", [&](const std::string& text) { parse_fec(text, rtp); },
          "Repair packets, in percent of the packets; auto: as many\n"
          "as the viewers' losses require [off]"),
      command_line.add_flag("--nack", rtp.nack,
                            "Resend lost packets on request (not to multicast groups)"),
      command_line.add_whole_number("--mtu", "BYTES", rtp.mtu_bytes, {kMinMtuBytes, kMaxMtuBytes},
                                    "Maximum size of an RTP packet, without the UDP header [1400]"),
      command_line.add_flag("--pace", rtp.pace,
                            "Spread a frame's packets over part of its interval"),
      command_line.add_whole_number("--ttl", "N", rtp.multicast.hops, {0, 255},
                                    "Time to live of multicast packets [1]"),
      command_line.add_text("--interface", "NAME", rtp.multicast.interface,
                            "The network interface to send RTP on")};
}

std::vector<Option> add_rtp_options(CommandLine& command_line, SenderOptions& options) {
  command_line.add_list(
      "--rtp", "ADDR:PORT",
      [&](const std::string& text) { options.rtp.push_back(parse_rtp_target(text)); },
      "Send an RTP/JPEG stream to a host or a multicast group;\nmay be given several times");
  return add_datagram_options(command_line, options);
}

void check_rtp_options(const SenderOptions& options, const std::vector<Option>& datagram_options) {
  for (const Option& option : datagram_options)
    if (option.is_given() && options.rtp.empty())
      throw UsageError(option.name() + " requires --rtp ADDR:PORT");
  if (options.rtp_settings.nack && std::ranges::any_of(options.rtp, is_group))
    throw UsageError("--nack cannot be used with a multicast group: use --fec instead");
}

void check_echo(const CommandLine& command_line, const SenderOptions& options) {
  std::vector<std::string> others{"--tcp",         "-s",           "-p",
                                  "--send-buffer", "--write-size", "--write-delay",
                                  "--nodelay",     "--seconds",    "--summary"};
  if (!options.http) others.emplace_back("--http");
  command_line.require_effect("--echo", others);
}

void add_stream_options(CommandLine& command_line, SenderOptions& options) {
  command_line.add_list(
      "--connect", "HOST[:PORT]",
      [&](const std::string& text) { options.connect.push_back(parse_tcp_address(text)); },
      "Send to a viewer that listens; may be given several times");
  static const std::map<std::string, SizePrefix> prefixes{
      {"be32", SizePrefix::be32}, {"le32", SizePrefix::le32}, {"ascii16", SizePrefix::ascii16}};
  command_line.add_choice(
      "--framing", {"be32", "le32", "ascii16"},
      [&](const std::string& text) { options.framing = prefixes.at(text); },
      "Format of the size prefix of a frame: be32, le32 or\n"
      "ascii16 [be32]");
}

// For experiments with partial reads and writes (docs/partial-reads.md).
void add_laboratory_options(CommandLine& command_line, WriteSettings& write) {
  constexpr std::int64_t kMaxBytes = std::int64_t{64} << 20;
  command_line.add_whole_number(
      "--send-buffer", "BYTES", write.buffer_bytes, {1, kMaxBytes},
      "Send buffer of each connection, SO_SNDBUF\n[the system's default]");
  command_line.add_whole_number("--write-size", "BYTES", write.piece_bytes, {1, kMaxBytes},
                                "Write frames in parts of at most BYTES [whole]");
  command_line.add_whole_number(
      "--write-delay", "US", [&](std::int64_t us) { write.pause = microseconds(us); },
      {0, 1'000'000}, "Pause US microseconds between two parts [0]");
  command_line.add_choice(
      "--nodelay", {"on", "off"}, [&](const std::string& text) { write.no_delay = text == "on"; },
      "off: let Nagle's algorithm delay small parts [on]");
}

/// Whether one program cannot listen on both.
bool is_same(const Endpoint& one, const Endpoint& other) {
  const auto is_any = [](const Endpoint& end) { return end.host == "0.0.0.0" || end.host == "::"; };
  return one.port == other.port && one.port != 0 &&
         (one.host == other.host || is_any(one) || is_any(other));
}

void check_adaptation(const CommandLine& command_line, const SenderOptions& options) {
  if (options.adaptation == Adaptation::off)
    for (const char* name : {"--min-quality", "--encodes"})
      command_line.refuse_both("--adapt", name);
  if (options.min_quality.value_or(0) > options.quality)
    throw UsageError(fmt::format("--min-quality {} is above --quality {}: choose a lower one",
                                 *options.min_quality, options.quality));
}

void check_together(const CommandLine& command_line, const SenderOptions& options) {
  check_adaptation(command_line, options);
  if (options.echo && !options.tcp)
    throw UsageError("--echo listens on the --tcp address: remove --tcp off");
  if (options.echo) check_echo(command_line, options);
  for (const char* name : {"-s", "-p"}) command_line.refuse_both("--tcp", name);
  if (options.tcp && options.http && options.is_http_asked_for &&
      is_same(*options.tcp, *options.http))
    throw UsageError(
        fmt::format("--tcp and --http cannot share port {}: choose another one for --http",
                    options.http->port));
  if (options.loop && !is_file(options.source))
    throw UsageError("--loop repeats a video file: choose one with --source FILE");
  if (!options.sends() && !options.recording.is_wanted())
    throw UsageError(
        "no output is configured, with --tcp off and --http off: add --connect, --rtp or "
        "--record");
  if (options.recording.split && !options.recording.is_wanted())
    throw UsageError("--record-split requires --record FILE");
  if (options.write.pause.count() > 0 && options.write.piece_bytes == 0)
    throw UsageError("--write-delay pauses between two parts of a frame: add --write-size");
  if (!options.http && !options.shared_directory.empty())
    throw UsageError("--share serves files over HTTP: remove --http off");
}

}  // namespace

void add_sender_options(CommandLine& command_line, SenderOptions& options) {
  add_picture_options(command_line, options);
  add_tcp_options(command_line, options);
  add_http_options(command_line, options);
  add_stream_options(command_line, options);
  command_line.add(
      "--memory", "BYTES",
      [&](const std::string& text) { options.memory_bytes = parse_memory(text); },
      "Memory for frames that slow viewers hold, with K, M or G;\nbeyond it, those that have "
      "stalled "
      "longest are\ndisconnected [256M]");
  const std::vector<Option> datagram_options = add_rtp_options(command_line, options);
  add_recording_options(command_line, options.recording,
                        "Record all frames in a new file, with or without viewers:\n"
                        "FILE.mkv, .mov or .avi");
  add_laboratory_options(command_line, options.write);
  command_line.add_flag(
      "--echo", options.echo,
      "Do not stream: send back each size-prefixed message that\nis received on --tcp (for the "
      "viewer's --echo)");
  command_line.add_threads(options.threads);
  command_line.add_frames(options.frames);
  command_line.add_seconds(options.seconds);
  command_line.add_text("--share", "DIR", options.shared_directory,
                        "Serve the recordings and pictures in this directory under\n"
                        "/files/ on the HTTP port; viewers --list and --fetch them");
  command_line.add_flag("--stats", options.stats, "Print a line of statistics each second");
  command_line.add_summary(options.summary);
  command_line.set_check([&command_line, &options, datagram_options] {
    check_together(command_line, options);
    check_rtp_options(options, datagram_options);
  });
}

}  // namespace jpegwire
