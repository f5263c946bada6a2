#include "sender/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <chrono>
#include <cmath>
#include <map>
#include <stdexcept>

#include "app/command_line.hpp"
#include "app/parse_number.hpp"
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

void require_known_source(const std::string& source) {
  if (source.starts_with("camera:") &&
      (source == "camera:" || source.find_first_not_of("0123456789", 7) != std::string::npos))
    throw std::invalid_argument(
        fmt::format("'{}' is not a camera; write camera:0, camera:1 and so on", source));
  if (is_stream_address(source))
    parse_stream_address(source);
  else if (source.find("://") != std::string::npos)
    throw std::invalid_argument(fmt::format(
        "'{}' is not a known kind of URL; a stream is tcp://HOST:PORT, rtp://ADDR:PORT or "
        "http://HOST:PORT/PATH",
        source));
}

void add_picture_options(CLI::App& app, SenderOptions& options) {
  add_parsed_option(
      app, "--source",
      [&](const std::string& text) {
        require_known_source(text);
        options.source = text;
      },
      "auto (the first camera, else the test card), test, camera:N,\n"
      "a device, a video file or picture, or a stream's URL [auto]")
      ->type_name("SRC");
  add_parsed_option(
      app, "--size", [&](const std::string& text) { options.size = parse_picture_size(text); },
      "Size to request from the camera, or to scale a file to\n[1280x720]")
      ->type_name("WxH");
  app.add_option("--fps", options.frames_per_second,
                 "Frames per second [30, a file's own]; 0: as fast as possible")
      ->check(is_number_within(0, 1000))
      ->type_name("N");
  app.add_option("--quality", options.quality, "JPEG quality of the frames encoded here [80]")
      ->check(is_whole_number_within(1, 100))
      ->type_name("1..100");
  add_parsed_option(
      app, "--bands", [&](const std::string& text) { options.bands = parse_bands(text); },
      "Bands of a frame, which are encoded in parallel [auto]")
      ->type_name("auto|N");
  app.add_option_function<std::string>(
         "--passthrough", [&](const std::string& text) { options.passthrough = text == "auto"; },
         "auto: send the JPEGs of a camera, file or stream unchanged;\n"
         "off: decode and encode them [auto]")
      ->check(is_one_of({"auto", "off"}))
      ->type_name("auto|off");
  app.add_flag("--loop", options.loop, "Play a video file in a loop");
}

std::optional<Endpoint> parse_listen_address_or_off(const std::string& text) {
  if (text == "off") return std::nullopt;
  return parse_listen_address(text);
}

void add_tcp_options(CLI::App& app, SenderOptions& options) {
  add_parsed_option(
      app, "--tcp",
      [&](const std::string& text) { options.tcp = parse_listen_address_or_off(text); },
      "Listen here for viewers, or off [127.0.0.1:2500]")
      ->type_name("[ADDR:]PORT|off");
  // CLI11 takes options in the order of their definition, so these change what --tcp has set.
  app.add_option_function<std::string>(
         "-s",
         [&](const std::string& host) {
           options.tcp = Endpoint{host, options.tcp.value_or(Endpoint{}).port};
         },
         "The address to listen on (as in the classic scripts)")
      ->type_name("ADDR");
  app.add_option_function<std::uint16_t>(
         "-p",
         [&](std::uint16_t port) {
           options.tcp = Endpoint{options.tcp.value_or(Endpoint{"127.0.0.1"}).host, port};
         },
         "The port to listen on (as in the classic scripts)")
      ->check(is_whole_number_within(0, 65'535))
      ->type_name("PORT");
}

void add_http_options(CLI::App& app, SenderOptions& options) {
  HttpSettings& http = options.http_settings;
  add_parsed_option(
      app, "--http",
      [&](const std::string& text) {
        options.http = parse_listen_address_or_off(text);
        options.is_http_asked_for = true;
      },
      "Serve the page, /stream and /snapshot here, or off\n[127.0.0.1:8080]")
      ->type_name("[ADDR:]PORT|off");
  add_parsed_list(
      app, "--http-host", [&](const std::string& name) { http.hosts.push_back(name); },
      "Another host name that browsers may use for this machine;\nmay be given several times")
      ->type_name("NAME");
  app.add_option("--http-connections", http.max_connections,
                 "Maximum number of HTTP connections [256]")
      ->check(is_whole_number_within(1, 100'000))
      ->type_name("N");
  app.add_option("--http-per-address", http.max_per_address,
                 "Maximum number of HTTP connections from one address [32]")
      ->check(is_whole_number_within(1, 100'000))
      ->type_name("N");
  app.add_option("--http-head", http.max_head_bytes, "Maximum size of the head of a request [8192]")
      ->check(is_whole_number_within(256, 32'768))
      ->type_name("BYTES");
  app.add_option_function<double>(
         "--http-timeout",
         [&](double seconds) {
           http.head_timeout = std::chrono::milliseconds(std::llround(seconds * 1000));
         },
         "Time limit for a connection's next request [5]")
      ->check(is_number_within(0.1, 3600))
      ->type_name("S");
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
std::vector<const CLI::Option*> add_datagram_options(CLI::App& app, SenderOptions& options) {
  RtpSenderSettings& rtp = options.rtp_settings;
  return {
      app.add_option("--sdp", options.sdp_file,
                     "Write the SDP of the first RTP stream, for other players")
          ->type_name("FILE"),
      add_parsed_option(
          app, "--fec", [&](const std::string& text) { parse_fec(text, rtp); },
          "Repair packets, in percent of the packets; auto: as many\n"
          "as the viewers' losses require [off]")
          ->type_name("PERCENT|auto|off"),
      app.add_flag("--nack", rtp.nack, "Resend lost packets on request (not to multicast groups)"),
      app.add_option("--mtu", rtp.mtu_bytes,
                     "Maximum size of an RTP packet, without the UDP header [1400]")
          ->check(is_whole_number_within(kMinMtuBytes, kMaxMtuBytes))
          ->type_name("BYTES"),
      app.add_flag("--pace", rtp.pace, "Spread a frame's packets over part of its interval"),
      app.add_option("--ttl", rtp.multicast.hops, "Time to live of multicast packets [1]")
          ->check(is_whole_number_within(0, 255))
          ->type_name("N"),
      app.add_option("--interface", rtp.multicast.interface, "The network interface to send RTP on")
          ->type_name("NAME")};
}

std::vector<const CLI::Option*> add_rtp_options(CLI::App& app, SenderOptions& options) {
  add_parsed_list(
      app, "--rtp", [&](const std::string& text) { options.rtp.push_back(parse_rtp_target(text)); },
      "Send an RTP/JPEG stream to a host or a multicast group;\nmay be given several times")
      ->type_name("ADDR:PORT");
  return add_datagram_options(app, options);
}

void check_rtp_options(const SenderOptions& options,
                       const std::vector<const CLI::Option*>& datagram_options) {
  for (const CLI::Option* option : datagram_options)
    if (option->count() > 0 && options.rtp.empty())
      throw CLI::ValidationError(option->get_name() + " requires --rtp ADDR:PORT");
  if (options.rtp_settings.nack && std::ranges::any_of(options.rtp, is_group))
    throw CLI::ValidationError("--nack cannot be used with a multicast group: use --fec instead");
}

void check_echo(const CLI::App& app, const SenderOptions& options) {
  std::vector<std::string> others{"--tcp",         "-s",           "-p",
                                  "--send-buffer", "--write-size", "--write-delay",
                                  "--nodelay",     "--seconds",    "--summary"};
  if (!options.http) others.emplace_back("--http");
  require_effect(app, "--echo", others);
}

void add_stream_options(CLI::App& app, SenderOptions& options) {
  add_parsed_list(
      app, "--connect",
      [&](const std::string& text) { options.connect.push_back(parse_tcp_url(text)); },
      "Send to a viewer that listens; may be given several times")
      ->type_name("tcp://HOST:PORT");
  static const std::map<std::string, SizePrefix> prefixes{
      {"be32", SizePrefix::be32}, {"le32", SizePrefix::le32}, {"ascii16", SizePrefix::ascii16}};
  app.add_option_function<std::string>(
         "--framing", [&](const std::string& text) { options.framing = prefixes.at(text); },
         "Format of the size prefix of a frame: be32, le32 or\n"
         "ascii16 [be32]")
      ->check(is_one_of({"be32", "le32", "ascii16"}))
      ->type_name("PREFIX");
}

// For experiments with partial reads and writes (docs/partial-reads.md).
void add_laboratory_options(CLI::App& app, WriteSettings& write) {
  constexpr std::int64_t kMaxBytes = std::int64_t{64} << 20;
  app.add_option("--send-buffer", write.buffer_bytes,
                 "Send buffer of each connection, SO_SNDBUF\n[the system's default]")
      ->check(is_whole_number_within(1, kMaxBytes))
      ->type_name("BYTES");
  app.add_option("--write-size", write.piece_bytes,
                 "Write frames in parts of at most BYTES [whole]")
      ->check(is_whole_number_within(1, kMaxBytes))
      ->type_name("BYTES");
  app.add_option_function<std::int64_t>(
         "--write-delay", [&](std::int64_t us) { write.pause = microseconds(us); },
         "Pause US microseconds between two parts [0]")
      ->check(is_whole_number_within(0, 1'000'000))
      ->type_name("US");
  app.add_option_function<std::string>(
         "--nodelay", [&](const std::string& text) { write.no_delay = text == "on"; },
         "off: let Nagle's algorithm delay small parts [on]")
      ->check(is_one_of({"on", "off"}))
      ->type_name("on|off");
}

void check_together(const CLI::App& app, const SenderOptions& options) {
  if (!options.sends() && !options.recording.is_wanted())
    throw CLI::ValidationError(
        "no output is configured, with --tcp off and --http off: add --connect, --rtp or "
        "--record");
  if (options.recording.split && !options.recording.is_wanted())
    throw CLI::ValidationError("--record-split requires --record FILE");
  if (options.write.pause.count() > 0 && options.write.piece_bytes == 0)
    throw CLI::ValidationError(
        "--write-delay pauses between two parts of a frame: add --write-size");
  if (options.echo && !options.tcp)
    throw CLI::ValidationError("--echo listens on the --tcp address: remove --tcp off");
  if (options.echo) check_echo(app, options);
  if (!options.http && !options.shared_directory.empty())
    throw CLI::ValidationError("--share serves files over HTTP: remove --http off");
}

}  // namespace

void add_sender_options(CLI::App& app, SenderOptions& options) {
  let_last_value_count(app);
  add_picture_options(app, options);
  add_tcp_options(app, options);
  add_http_options(app, options);
  add_stream_options(app, options);
  const std::vector<const CLI::Option*> datagram_options = add_rtp_options(app, options);
  add_recording_options(app, options.recording,
                        "Record all frames in a new file, with or without viewers:\n"
                        "FILE.mkv, .mov or .avi");
  add_laboratory_options(app, options.write);
  app.add_flag(
      "--echo", options.echo,
      "Do not stream: send back each size-prefixed message that\nis received on --tcp (for the "
      "viewer's --echo)");
  add_threads_option(app, options.threads);
  add_frames_option(app, options.frames);
  add_seconds_option(app, options.seconds);
  app.add_option("--share", options.shared_directory,
                 "Serve the recordings and pictures in this directory under\n"
                 "/files/ on the HTTP port; viewers --list and --fetch them")
      ->type_name("DIR");
  app.add_flag("--stats", options.stats, "Print a line of statistics each second");
  add_summary_option(app, options.summary);
  app.callback([&app, &options, datagram_options] {
    check_together(app, options);
    check_rtp_options(options, datagram_options);
  });
}

}  // namespace jpegwire
