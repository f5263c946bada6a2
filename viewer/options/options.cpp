#include "viewer/options/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <variant>

#include "app/command_line.hpp"
#include "app/text.hpp"
#include "net/http/file_list.hpp"

namespace jpegwire {
namespace {

void require_jpeg_name(const std::string& file) {
  const std::string extension = std::filesystem::path(file).extension();
  if (extension != ".jpg" && extension != ".jpeg")
    throw std::invalid_argument(fmt::format(
        "'{}': the picture is written as a JPEG, so its name must end with .jpg", file));
}

constexpr std::size_t kMaxCameras = 64;

// A host may have the name of a file, but hardly with an ending or a path.
void refuse_file(const std::string& text) {
  const std::filesystem::path path = text;
  const bool looks_like_file = path.has_extension() || path.has_parent_path();
  std::error_code error;
  if (!looks_like_file || !std::filesystem::is_regular_file(path, error)) return;
  throw std::invalid_argument(fmt::format(
      "'{0}' is a file, not a stream; send it with jpegwire-sender --source {0}, and watch that",
      text));
}

// The options -s and -p can still change the host and port of a single sender.
void add_stream(const std::string& text, ViewerOptions& options) {
  if (!is_stream_address(trimmed(text))) refuse_file(text);
  StreamAddress address = parse_stream_address(text);
  if (std::ranges::count(options.streams, address.text, &StreamAddress::text) > 0)
    throw std::invalid_argument(address.text + " is given twice: name each camera once");
  if (options.streams.size() == kMaxCameras)
    throw std::invalid_argument(
        fmt::format("a mosaic shows at most {} cameras; give fewer URLs", kMaxCameras));
  if (const auto* sender = std::get_if<Endpoint>(&address.where)) options.sender = *sender;
  options.typed_address = text;
  options.streams.push_back(std::move(address));
}

/// Whether the address of a sender includes its port.
bool names_port(const std::string& address) {
  return parse_tcp_address(address, 1) == parse_tcp_address(address, 2);
}

// A port may follow a host that has none: HOST -p PORT.
void check_classic_options(const CommandLine& command_line, const ViewerOptions& options) {
  const std::vector<StreamAddress>& streams = options.streams;
  const bool is_host_alone = streams.size() == 1 &&
                             std::holds_alternative<Endpoint>(streams[0].where) &&
                             !names_port(options.typed_address);
  for (const std::string name : {"-s", "-p"}) {
    if (command_line.count(name) == 0) continue;
    command_line.refuse_both("--listen", name);
    if (streams.size() > 1)
      throw UsageError(
          fmt::format("{} applies to one sender: with several URLs, put it into each URL", name));
    if (!streams.empty() && !(is_host_alone && name == "-p"))
      throw UsageError(fmt::format("{} and {} contradict each other: remove one of them", name,
                                   streams[0].text));
  }
}

void check_streams(const CommandLine& command_line, ViewerOptions& options) {
  std::vector<StreamAddress>& streams = options.streams;
  if (options.listen && !streams.empty())
    throw UsageError("--listen waits for a sender to connect, so remove either it or " +
                     streams[0].text);
  check_classic_options(command_line, options);
  command_line.refuse_both("--reconnect", "--no-reconnect");
  if (streams.size() == 1 && std::holds_alternative<Endpoint>(streams[0].where)) streams.clear();
}

std::filesystem::path with_ending(const std::filesystem::path& file, const std::string& ending) {
  std::filesystem::path name = file;
  return name.replace_filename(file.stem().string() + ending + file.extension().string());
}

void add_stream_options(CommandLine& command_line, ViewerOptions& options) {
  command_line.add_list(
      "URL", "", [&](const std::string& text) { add_stream(text, options); },
      "The stream to watch: HOST, HOST:PORT or tcp://HOST:PORT\n"
      "[tcp://localhost:2500], rtp://ADDR:PORT to receive datagrams\n"
      "on, an SDP file, or http://[USER:PASSWORD@]HOST[:PORT]/PATH of\n"
      "an MJPEG camera. Several URLs are shown as a mosaic");
  command_line.add(
      "-s", "HOST", [&](const std::string& host) { options.sender.host = parse_host_name(host); },
      "The sender's host, as in the classic scripts");
  command_line.add_whole_number("-p", "PORT", options.sender.port, {1, 65'535},
                                "The sender's port, as in the classic scripts");
  command_line.add(
      "--listen", "[ADDR:]PORT",
      [&](const std::string& text) { options.listen = parse_tcp_listen_address(text); },
      "Wait for a sender to connect (its option --connect)");
  command_line.add_number(
      "--timeout", "S", options.timeout_seconds, {0.05, 86'400},
      "Seconds without a frame that can be shown until the stream counts\nas failed [5]");
  command_line.add_flag(
      "--reconnect", [&] { options.reconnect = true; },
      "Reconnect when the stream ends or fails [in a window]");
  command_line.add_flag(
      "--no-reconnect", [&] { options.reconnect = false; },
      "Exit when the stream ends; a failure is an error\n[with --headless]");
  command_line.add_whole_number(
      "--max-frame", "BYTES", options.max_frame_bytes, {1024, kLargestMaxFrameBytes},
      "The largest accepted frame; a larger one ends the connection\n[8388608]");
}

void add_output_options(CommandLine& command_line, ViewerOptions& options) {
  command_line.add_flag("--whole-frames", options.whole_frames,
                        "Skip frames of which a part is missing or damaged, instead of\n"
                        "showing older rows there");
  command_line.add_flag("--headless", options.headless,
                        "Open no window; print statistics every second");
  command_line.add_file("--save", "DIR", options.save_directory,
                        "Write each JPEG as received: DIR/000000.jpg and so on;\n"
                        "with several cameras, DIR/camera1/000000.jpg");
  command_line.add(
      "--snapshot", "FILE",
      [&](const std::string& file) {
        require_jpeg_name(file);
        options.snapshot_file = file;
      },
      "At the end, write the JPEG of the last picture as received");
  add_recording_options(command_line, options.recording,
                        "Record the JPEGs as received, with their capture times, to a\n"
                        "new file: FILE.mkv, .mov or .avi");
}

// The lessons need exactly one stream of bytes, and --trace needs a window.
void check_laboratory(const ViewerOptions& options, const std::vector<Option>& laboratory) {
  for (const StreamAddress& stream : options.streams)
    for (const Option& option : laboratory)
      if (std::holds_alternative<RtpSession>(stream.where) && option.is_given())
        throw UsageError(
            fmt::format("{} is for streams of bytes, but {} is a stream of datagrams: remove it",
                        option.name(), stream.text));
  if (options.cameras() > 1 && options.laboratory.is_about_one_stream())
    throw UsageError(
        "--trace, --trace-file, --explain and --naive apply to one stream: name one URL");
  if (options.laboratory.trace && options.headless)
    throw UsageError("--trace draws in the window, but --headless opens none: remove one of them");
}

void add_clock_options(CommandLine& command_line, ViewerOptions& options) {
  command_line.add_flag("--clock", options.clock,
                        "Do not watch a stream; show the time as a square of blocks,\n"
                        "which --optical reads from a camera's picture");
  command_line.add_flag("--optical", options.optical,
                        "Read the age from such a clock in the picture: from light to\n"
                        "decoded pixels, with any sender");
}

void add_file_options(CommandLine& command_line, ViewerOptions& options) {
  command_line.add_flag("--list", options.list_files,
                        "List the recordings and pictures that a sender shares;\n"
                        "URL is HOST[:PORT] or http://HOST:PORT [http://localhost:8080]");
  command_line.add(
      "--fetch", "NAME",
      [&](const std::string& name) {
        if (!is_offered_name(name))
          throw std::invalid_argument("use a name that --list shows, such as monday.mkv");
        options.fetch_name = name;
      },
      "Download one of them to the working directory; resumes\nNAME.part if an earlier attempt "
      "left it");
}

// The address of one TCP stream is not among the streams any more.
Endpoint file_server_of(const ViewerOptions& options) {
  if (options.streams.empty() && !is_tcp_url(options.typed_address))
    return parse_tcp_address(options.typed_address, kDefaultHttpPort);
  const auto* url =
      options.streams.empty() ? nullptr : std::get_if<HttpUrl>(&options.streams[0].where);
  if (url == nullptr || url->target != "/" || !url->user.empty())
    throw UsageError(
        "--list and --fetch ask a sender's HTTP port: give its address as HOST[:PORT] or "
        "http://HOST:PORT, such as http://camera:8080");
  return url->endpoint;
}

void check_file_options(const CommandLine& command_line, ViewerOptions& options) {
  if (!options.asks_for_files()) return;
  if (options.list_files && !options.fetch_name.empty())
    throw UsageError("--list and --fetch cannot be combined: use one of them");
  if (command_line.count("URL") > 1)
    throw UsageError("--list and --fetch ask one sender: give one URL");
  if (command_line.count("URL") == 1) options.file_server = file_server_of(options);
  command_line.require_effect(
      options.list_files ? "--list" : "--fetch",
      {"URL", "--timeout", "--reconnect", "--no-reconnect", "--summary", "--headless"});
  options.streams.clear();
}

}  // namespace

std::vector<StreamAddress> ViewerOptions::addresses() const {
  if (!streams.empty()) return streams;
  const Endpoint endpoint = listen.value_or(sender);
  return {{to_tcp_url(endpoint), endpoint}};
}

std::string ViewerOptions::name_ending_of(std::size_t camera) const {
  return cameras() == 1 ? "" : fmt::format("-camera{}", camera + 1);
}

RecordingOptions ViewerOptions::recording_of(std::size_t camera) const {
  RecordingOptions result = recording;
  if (result.is_wanted()) result.file = with_ending(result.file, name_ending_of(camera));
  return result;
}

std::filesystem::path ViewerOptions::save_directory_of(std::size_t camera) const {
  const std::filesystem::path directory = save_directory;
  return cameras() == 1 ? directory : directory / fmt::format("camera{}", camera + 1);
}

std::filesystem::path ViewerOptions::snapshot_file_of(std::size_t camera) const {
  return with_ending(snapshot_file, name_ending_of(camera));
}

void add_viewer_options(CommandLine& command_line, ViewerOptions& options) {
  add_stream_options(command_line, options);
  add_output_options(command_line, options);
  add_file_options(command_line, options);
  add_clock_options(command_line, options);
  command_line.add_frames(options.frames);
  command_line.add_seconds(options.seconds);
  command_line.add_number("--warm-up", "S", options.warm_up_seconds, {0, 1e9},
                          "Exclude the first S seconds from the statistics");
  command_line.add_threads(options.threads);
  command_line.add_summary(options.summary);
  command_line.add_flag("--timeline", options.timeline,
                        "Add the time and the age of each frame to the summary");
  add_echo_options(command_line, options.laboratory);
  const std::vector<Option> laboratory = add_laboratory_options(command_line, options.laboratory);
  command_line.set_check([&options, &command_line, laboratory] {
    check_streams(command_line, options);
    check_laboratory(options, laboratory);
    check_echo_options(command_line, options.laboratory);
    check_file_options(command_line, options);
    if (options.clock) command_line.require_effect("--clock", {"--seconds"});
    if (options.warm_up_seconds && options.seconds && *options.warm_up_seconds >= *options.seconds)
      throw UsageError("--warm-up must be shorter than --seconds, or nothing is measured");
    if (options.timeline && options.summary.empty())
      throw UsageError("--timeline requires --summary FILE");
    if (options.headless && options.recording.split && !options.recording.is_wanted())
      throw UsageError("--record-split requires --record FILE");
  });
}

}  // namespace jpegwire
