#include "viewer/options/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <variant>

#include "app/command_line.hpp"
#include "net/http/file_name.hpp"

namespace jpegwire {
namespace {

void require_jpeg_name(const std::string& file) {
  const std::string extension = std::filesystem::path(file).extension();
  if (extension != ".jpg" && extension != ".jpeg")
    throw std::invalid_argument(fmt::format(
        "'{}': the picture is written as a JPEG, so its name must end with .jpg", file));
}

constexpr std::size_t kMaxCameras = 64;

// The options -s and -p can still change the host and port of a single sender.
void add_stream(const std::string& text, ViewerOptions& options) {
  StreamAddress address = parse_stream_address(text);
  if (std::ranges::count(options.streams, address.text, &StreamAddress::text) > 0)
    throw std::invalid_argument(address.text + " is given twice: name each camera once");
  if (options.streams.size() == kMaxCameras)
    throw std::invalid_argument(
        fmt::format("a mosaic shows at most {} cameras; give fewer URLs", kMaxCameras));
  if (const auto* sender = std::get_if<Endpoint>(&address.where)) options.sender = *sender;
  options.streams.push_back(std::move(address));
}

void check_streams(const CLI::App& app, ViewerOptions& options) {
  std::vector<StreamAddress>& streams = options.streams;
  if (streams.size() == 1 && std::holds_alternative<Endpoint>(streams[0].where)) streams.clear();
  if (streams.empty()) return;
  if (options.listen)
    throw CLI::ValidationError("--listen waits for a sender to connect, so remove either it or " +
                               streams[0].text);
  for (const char* name : {"-s", "-p"})
    if (streams.size() > 1 && app.count(name) > 0)
      throw CLI::ValidationError(
          fmt::format("{} applies to one sender: with several URLs, put it into each URL", name));
}

std::filesystem::path with_ending(const std::filesystem::path& file, const std::string& ending) {
  std::filesystem::path name = file;
  return name.replace_filename(file.stem().string() + ending + file.extension().string());
}

void add_stream_options(CLI::App& app, ViewerOptions& options) {
  add_parsed_list(
      app, "URL", [&](const std::string& text) { add_stream(text, options); },
      "The stream to watch: tcp://HOST:PORT [tcp://localhost:2500],\n"
      "rtp://ADDR:PORT to receive datagrams on, an SDP file, or\n"
      "http://[USER:PASSWORD@]HOST[:PORT]/PATH of an MJPEG camera.\n"
      "Several URLs are shown as a mosaic")
      ->allow_extra_args()
      ->type_name("");
  app.add_option("-s", options.sender.host, "The sender's host, as in the classic scripts")
      ->type_name("HOST");
  app.add_option("-p", options.sender.port, "The sender's port, as in the classic scripts")
      ->check(is_whole_number_within(1, 65'535))
      ->type_name("PORT");
  add_parsed_option(
      app, "--listen",
      [&](const std::string& text) { options.listen = parse_tcp_listen_url(text); },
      "Wait for a sender to connect (its option --connect)")
      ->type_name("tcp://[ADDR:]PORT");
  app.add_option("--timeout", options.timeout_seconds,
                 "Seconds without a frame until the connection counts as failed\n[5]")
      ->check(is_number_within(0.05, 86'400))
      ->type_name("S");
  app.add_flag_function(
      "--reconnect", [&](std::int64_t) { options.reconnect = true; },
      "Reconnect when the stream ends or fails [in a window]");
  app.add_flag_function(
      "--no-reconnect", [&](std::int64_t) { options.reconnect = false; },
      "Exit when the stream ends; a failure is an error\n[with --headless]");
  app.add_option("--max-frame", options.max_frame_bytes,
                 "The largest accepted frame; a larger one ends the connection\n[8388608]")
      ->check(is_whole_number_within(1024, kLargestMaxFrameBytes))
      ->type_name("BYTES");
}

void add_output_options(CLI::App& app, ViewerOptions& options) {
  app.add_flag("--whole-frames", options.whole_frames,
               "Skip incomplete frames of datagrams instead of showing older\n"
               "bands in place of the missing ones");
  app.add_flag("--headless", options.headless, "Open no window; print statistics every second");
  app.add_option("--save", options.save_directory,
                 "Write each JPEG as received: DIR/000000.jpg and so on;\n"
                 "with several cameras, DIR/camera1/000000.jpg")
      ->type_name("DIR");
  add_parsed_option(
      app, "--snapshot",
      [&](const std::string& file) {
        require_jpeg_name(file);
        options.snapshot_file = file;
      },
      "At the end, write the JPEG of the last picture as received")
      ->type_name("FILE");
  add_recording_options(app, options.recording,
                        "Record the JPEGs as received, with their capture times, to a\n"
                        "new file: FILE.mkv, .mov or .avi");
}

// The lessons need exactly one stream of bytes, and --trace needs a window.
void check_laboratory(const ViewerOptions& options,
                      const std::vector<const CLI::Option*>& laboratory) {
  for (const StreamAddress& stream : options.streams)
    for (const CLI::Option* option : laboratory)
      if (std::holds_alternative<RtpSession>(stream.where) && option->count() > 0)
        throw CLI::ValidationError(
            fmt::format("{} is for streams of bytes, but {} is a stream of datagrams",
                        option->get_name(), stream.text));
  if (options.cameras() > 1 && options.laboratory.is_about_one_stream())
    throw CLI::ValidationError(
        "--trace, --trace-file, --explain and --naive apply to one stream: name one URL");
  if (options.laboratory.trace && options.headless)
    throw CLI::ValidationError(
        "--trace draws in the window, but --headless opens none: remove one of them");
}

void add_clock_options(CLI::App& app, ViewerOptions& options) {
  app.add_flag("--clock", options.clock,
               "Do not watch a stream; show the time as a square of blocks,\n"
               "which --optical reads from a camera's picture");
  app.add_flag("--optical", options.optical,
               "Read the age from such a clock in the picture: from light to\n"
               "decoded pixels, with any sender");
}

void add_file_options(CLI::App& app, ViewerOptions& options) {
  app.add_flag("--list", options.list_files,
               "List the recordings and pictures that a sender shares;\n"
               "URL is http://HOST:PORT [http://localhost:8080]");
  add_parsed_option(
      app, "--fetch",
      [&](const std::string& name) {
        if (!is_offered_name(name))
          throw std::invalid_argument("use a name that --list shows, such as monday.mkv");
        options.fetch_name = name;
      },
      "Download one of them to the working directory; resumes\nNAME.part if an earlier attempt "
      "left it")
      ->type_name("NAME");
}

// A tcp:// URL is not among the streams any more.
Endpoint file_server_of(const ViewerOptions& options) {
  const auto* url =
      options.streams.empty() ? nullptr : std::get_if<HttpUrl>(&options.streams[0].where);
  if (url == nullptr || url->target != "/" || !url->user.empty())
    throw CLI::ValidationError(
        "--list and --fetch ask a sender's HTTP port: give its URL as http://HOST:PORT, such as "
        "http://camera:8080");
  return url->endpoint;
}

void check_file_options(const CLI::App& app, ViewerOptions& options) {
  if (!options.asks_for_files()) return;
  if (options.list_files && !options.fetch_name.empty())
    throw CLI::ValidationError("--list and --fetch cannot be combined: use one of them");
  if (app.count("URL") > 1)
    throw CLI::ValidationError("--list and --fetch ask one sender: give one URL");
  if (app.count("URL") == 1) options.file_server = file_server_of(options);
  require_effect(app, options.list_files ? "--list" : "--fetch",
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

void add_viewer_options(CLI::App& app, ViewerOptions& options) {
  let_last_value_count(app);
  add_stream_options(app, options);
  add_output_options(app, options);
  add_file_options(app, options);
  add_clock_options(app, options);
  add_frames_option(app, options.frames);
  add_seconds_option(app, options.seconds);
  app.add_option("--warm-up", options.warm_up_seconds,
                 "Exclude the first S seconds from the statistics")
      ->check(is_number_within(0, 1e9))
      ->type_name("S");
  add_threads_option(app, options.threads);
  add_summary_option(app, options.summary);
  add_echo_options(app, options.laboratory);
  const std::vector<const CLI::Option*> laboratory =
      add_laboratory_options(app, options.laboratory);
  app.callback([&options, &app, laboratory] {
    check_streams(app, options);
    check_laboratory(options, laboratory);
    check_echo_options(app, options.laboratory);
    check_file_options(app, options);
    if (options.clock) require_effect(app, "--clock", {"--seconds"});
    if (options.warm_up_seconds && options.seconds && *options.warm_up_seconds >= *options.seconds)
      throw CLI::ValidationError(
          "--warm-up must be shorter than --seconds, or nothing is measured");
    if (options.headless && options.recording.split && !options.recording.is_wanted())
      throw CLI::ValidationError("--record-split requires --record FILE");
  });
}

}  // namespace jpegwire
