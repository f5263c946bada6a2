#include "bench/runs/options.hpp"

#include <fmt/format.h>

#include <CLI/StringTools.hpp>
#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>

#include "app/command_line.hpp"
#include "app/parse_number.hpp"
#include "bench/link/link_settings.hpp"
#include "bench/runs/fake_camera.hpp"
#include "codec/band_pool.hpp"

namespace jpegwire {
namespace {

/// The parser accepts more viewers than a machine can run; require_room() checks the machine's
/// limits.
constexpr int kMaxViewers = 1'000'000'000;

template <class Number>
Number parse_within(const std::string& text, Number min, Number max) {
  const std::optional<Number> value = parse_number<Number>(text);
  if (!value || !(*value >= min && *value <= max))  // written this way to reject NaN too
    throw std::invalid_argument(fmt::format("'{}' is not a number from {} to {}", text, min, max));
  return *value;
}

std::optional<PictureSize> parse_size_or_own(const std::string& text) {
  if (text == "own") return std::nullopt;
  return parse_picture_size(text);
}

Transport parse_transport(const std::string& text) {
  for (const Transport transport : {Transport::tcp, Transport::http, Transport::rtp})
    if (text == name_of(transport)) return transport;
  throw std::invalid_argument(fmt::format("'{}' is not one of tcp, http, rtp", text));
}

std::string parse_source(const std::string& text) {
  if (text.empty()) throw std::invalid_argument("a source is missing between two commas");
  return text;
}

/// Adds an option with a comma-separated list of values, which `parse` converts. Repeated values
/// are ignored.
template <class Value>
void add_list(CLI::App& app, const std::string& name, std::vector<Value>& values,
              std::function<Value(const std::string&)> parse, const char* type,
              const std::string& description) {
  add_parsed_option(
      app, name,
      [&values, parse = std::move(parse)](const std::string& text) {
        values.clear();
        for (const std::string& word : split_at_commas(text)) {
          const Value value = parse(word);
          if (std::ranges::find(values, value) == values.end()) values.push_back(value);
        }
      },
      description)
      ->type_name(type);
}

void add_matrix_options(CLI::App& app, Matrix& matrix) {
  matrix = {.sizes = {PictureSize{640, 480}, PictureSize{1280, 720}, PictureSize{1920, 1080}},
            .frame_rates = {30},
            .qualities = {80},
            .transports = {Transport::tcp},
            .viewers = {1},
            .threads = {default_threads()},
            .sources = {"test"}};
  add_list<std::optional<PictureSize>>(
      app, "--size", matrix.sizes, parse_size_or_own, "WxH,...",
      "Sizes of the picture; own: the size of the source\n[640x480,1280x720,1920x1080]");
  add_list<double>(
      app, "--fps", matrix.frame_rates,
      [](const std::string& text) { return parse_within(text, 0.0, 1000.0); }, "N,...",
      "Frames per second; 0: as fast as the source delivers [30]");
  add_list<int>(
      app, "--quality", matrix.qualities,
      [](const std::string& text) { return parse_within(text, 1, 100); }, "1..100,...",
      "JPEG quality [80]");
  add_list<Transport>(app, "--transport", matrix.transports, parse_transport, "tcp,http,rtp",
                      "Transports from the sender to the viewers [tcp]");
  add_list<int>(
      app, "--viewers", matrix.viewers,
      [](const std::string& text) { return parse_within(text, 1, kMaxViewers); }, "N,...",
      "Number of simultaneous viewers [1]");
  add_list<int>(
      app, "--threads", matrix.threads,
      [](const std::string& text) { return parse_within(text, 1, 64); }, "N,...",
      fmt::format("Threads of the sender, and of each viewer [{}]", default_threads()));
  add_list<std::string>(app, "--source", matrix.sources, parse_source, "SRC,...",
                        "Sources, as for jpegwire-sender, or fake:yuyv, fake:mjpg:\n"
                        "a simulated camera with a clock in its pictures\n"
                        "[test; with --peers, fake:yuyv]");
}

void add_run_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--seconds", options.seconds, "Measured time of a run, in seconds [5]")
      ->check(is_number_within(0.1, 86'400))
      ->type_name("S");
  app.add_option("--warm-up", options.warm_up_seconds,
                 "Time before the measurement starts, in seconds [1]")
      ->check(is_number_within(0, 3600))
      ->type_name("S");
  app.add_option("--repetitions", options.repetitions,
                 "Runs of each case; each round runs all cases once [3]")
      ->check(is_whole_number_within(1, 1000))
      ->type_name("N");
  app.add_option("--programs", options.programs_directory,
                 "Directory of jpegwire-sender and jpegwire-viewer\n[that of this program]")
      ->type_name("DIR");
  const auto add_words = [&app](const char* name, std::vector<std::string>& words,
                                const char* description) {
    add_parsed_option(
        app, name, [&words](const std::string& text) { words = CLI::detail::split_up(text); },
        description)
        ->type_name("TEXT");
  };
  add_words("--sender-options", options.sender_options,
            "More options for each sender, such as \"--fec 10 --pace\"");
  add_words("--viewer-options", options.viewer_options, "More options for each viewer");
  app.add_option("--viewer-host", options.viewer_host,
                 "Run the viewers on that machine: print the command to run\n"
                 "there, and wait for its results")
      ->type_name("HOST");
  add_parsed_option(
      app, "--link",
      [&options](const std::string& text) {
        parse_link(text);
        options.matrix.link = text;
      },
      "Simulate a bad network between sender and viewers, in network\n"
      "namespaces (needs root): 20mbit,delay=20ms,loss=1%,reorder=1%")
      ->type_name("LINK")
      ->excludes("--viewer-host");
}

void add_age_options(CLI::App& app, BenchOptions& options) {
  app.add_flag("--optical", options.matrix.optical,
               "Read the age from a clock in the picture, from light to\n"
               "decoded pixels; point the camera at jpegwire-viewer --clock");
  app.add_flag("--window", options.matrix.window,
               "Open the viewers' windows, to measure the display too");
  app.add_flag("--peers", options.with_peers,
               "Also measure ustreamer, GStreamer, ffmpeg and a sender in\n"
               "Python with OpenCV, with the same camera and viewers")
      ->excludes("--viewer-host");
}

void require_cameras(const std::vector<std::string>& sources) {
  for (const std::string& source : sources)
    if (!is_camera(source))
      throw CLI::ValidationError(
          "--source",
          fmt::format("'{}' is not a camera with a fixed format, which --peers needs; choose "
                      "fake:yuyv, fake:mjpg, /dev/video0:yuyv or /dev/video0:mjpg",
                      source));
}

/// The fake camera and other senders need a fixed size and rate.
void require_size_and_rate(const Matrix& matrix) {
  if (std::ranges::count(matrix.sizes, std::optional<PictureSize>()) > 0)
    throw CLI::ValidationError(
        "--size", "cameras with a fixed format and --peers need a size; replace 'own' with WxH");
  for (const double rate : matrix.frame_rates)
    if (rate == 0 || rate != std::floor(rate))
      throw CLI::ValidationError("--fps",
                                 "cameras with a fixed format and --peers need a whole number of "
                                 "frames per second above 0");
}

/// The clock needs room in the picture, and YUYV stores pairs of pixels.
void require_room_for_clock(const Matrix& matrix) {
  constexpr int kMinPixels = 96;
  for (const auto& size : matrix.sizes)
    if (size->width % 2 != 0 || std::min(size->width, size->height) < kMinPixels)
      throw CLI::ValidationError(
          "--size",
          fmt::format(
              "the fake camera does not support {1}; choose at least {0}x{0}, with an even width",
              kMinPixels, describe_size(size)));
}

void check_cameras(const CLI::App& app, BenchOptions& options) {
  Matrix& matrix = options.matrix;
  if (options.with_peers && app.count("--source") == 0) matrix.sources = {"fake:yuyv"};
  if (options.with_peers) require_cameras(matrix.sources);
  const auto fakes = std::ranges::count_if(matrix.sources, is_fake_camera);
  if (fakes > 0 && fakes < std::ssize(matrix.sources))
    throw CLI::ValidationError("--source",
                               "the ages of the fake camera are read from its clock; measure other "
                               "sources in a separate run");
  if (fakes > 0) matrix.optical = true;
  if (fakes > 0 || options.with_peers) require_size_and_rate(matrix);
  if (fakes == 0) return;
  require_room_for_clock(matrix);
  if (!options.viewer_host.empty())
    throw CLI::ValidationError(
        "--viewer-host", "the fake camera uses the clock of this machine; omit --viewer-host");
}

void add_report_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--json", options.json_file, "Write all results as JSON")->type_name("FILE");
  app.add_option("--report", options.report_file, "Write a page with plots")
      ->type_name("FILE.html");
  app.add_option("--compare", options.compare_file,
                 "Report what differs from an earlier run's --json file by\nmore than the noise")
      ->type_name("OLD.json");
}

}  // namespace

void add_bench_options(CLI::App& app, BenchOptions& options) {
  let_last_value_count(app);
  add_matrix_options(app, options.matrix);
  add_run_options(app, options);
  add_age_options(app, options);
  add_report_options(app, options);
  app.callback([&app, &options] { check_cameras(app, options); });
}

}  // namespace jpegwire
