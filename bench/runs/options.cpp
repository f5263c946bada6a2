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

/// A number of viewers that is too large for the machine is refused by what it can hold.
constexpr int kMaxViewers = 1'000'000'000;

template <class Number>
Number parse_within(const std::string& text, Number least, Number most) {
  const std::optional<Number> value = parse_number<Number>(text);
  if (!value || !(*value >= least && *value <= most))  // so that NaN is refused too
    throw std::invalid_argument(
        fmt::format("'{}' is not a number from {} to {}", text, least, most));
  return *value;
}

std::optional<PictureSize> parse_size_or_own(const std::string& text) {
  if (text == "own") return std::nullopt;
  return parse_picture_size(text);
}

Transport parse_transport(const std::string& text) {
  for (const Transport transport : {Transport::tcp, Transport::http, Transport::rtp})
    if (text == name_of(transport)) return transport;
  throw std::invalid_argument(fmt::format("'{}' is none of tcp, http, rtp", text));
}

std::string parse_source(const std::string& text) {
  if (text.empty()) throw std::invalid_argument("a source is missing between two commas");
  return text;
}

/// An option with commas between its values, each of which `parse` takes. A value counts once.
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
      "Sizes of the picture; own: as the source has it\n[640x480,1280x720,1920x1080]");
  add_list<double>(
      app, "--fps", matrix.frame_rates,
      [](const std::string& text) { return parse_within(text, 0.0, 1000.0); }, "N,...",
      "Frames a second; 0: as fast as the source gives [30]");
  add_list<int>(
      app, "--quality", matrix.qualities,
      [](const std::string& text) { return parse_within(text, 1, 100); }, "1..100,...",
      "JPEG quality [80]");
  add_list<Transport>(app, "--transport", matrix.transports, parse_transport, "tcp,http,rtp",
                      "How frames go to the viewers [tcp]");
  add_list<int>(
      app, "--viewers", matrix.viewers,
      [](const std::string& text) { return parse_within(text, 1, kMaxViewers); }, "N,...",
      "How many viewers watch at a time [1]");
  add_list<int>(
      app, "--threads", matrix.threads,
      [](const std::string& text) { return parse_within(text, 1, 64); }, "N,...",
      fmt::format("Threads of the sender, and of each viewer [{}]", default_threads()));
  add_list<std::string>(app, "--source", matrix.sources, parse_source, "SRC,...",
                        "What is sent, as jpegwire-sender takes it, or fake:yuyv,\n"
                        "fake:mjpg: a camera whose pictures tell their age\n"
                        "[test; with --peers, fake:yuyv]");
}

void add_run_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--seconds", options.seconds, "How long a run is measured [5]")
      ->check(is_number_within(0.1, 86'400))
      ->type_name("S");
  app.add_option("--warm-up", options.warm_up_seconds, "How long it runs before that [1]")
      ->check(is_number_within(0, 3600))
      ->type_name("S");
  app.add_option("--repetitions", options.repetitions,
                 "Runs of each case, one round through all cases after the\nother [3]")
      ->check(is_whole_number_within(1, 1000))
      ->type_name("N");
  app.add_option("--programs", options.programs_directory,
                 "Where jpegwire-sender and jpegwire-viewer are [beside this\nprogram]")
      ->type_name("DIR");
  const auto add_words = [&app](const char* name, std::vector<std::string>& words,
                                const char* description) {
    add_parsed_option(
        app, name, [&words](const std::string& text) { words = CLI::detail::split_up(text); },
        description)
        ->type_name("TEXT");
  };
  add_words("--sender-options", options.sender_options,
            "More options for each sender, as in \"--fec 10 --pace\"");
  add_words("--viewer-options", options.viewer_options, "The same for each viewer");
  app.add_option("--viewer-host", options.viewer_host,
                 "The viewers run on that machine: print the command for it,\n"
                 "and wait for what it tells")
      ->type_name("HOST");
  add_parsed_option(
      app, "--link",
      [&options](const std::string& text) {
        parse_link(text);
        options.matrix.link = text;
      },
      "Between sender and viewers a bad network, in namespaces of its\nown, as root: "
      "20mbit,delay=20ms,loss=1%,reorder=1%")
      ->type_name("LINK")
      ->excludes("--viewer-host");
}

void add_age_options(CLI::App& app, BenchOptions& options) {
  app.add_flag("--optical", options.matrix.optical,
               "Ages are what a clock in the picture tells, from light to\n"
               "decoded pixels: jpegwire-viewer --clock shows one, and the\n"
               "camera looks at it");
  app.add_flag("--window", options.matrix.window,
               "Viewers open their windows, so that showing is measured too");
  app.add_flag("--peers", options.with_peers,
               "Measure ustreamer, GStreamer, ffmpeg and a sender in Python\n"
               "with OpenCV too, with the same camera and viewers")
      ->excludes("--viewer-host");
}

void require_cameras(const std::vector<std::string>& sources) {
  for (const std::string& source : sources)
    if (!is_camera(source))
      throw CLI::ValidationError(
          "--source", fmt::format("'{}' is no camera of which all get the same, which --peers "
                                  "need: fake:yuyv, fake:mjpg, /dev/video0:yuyv or "
                                  "/dev/video0:mjpg",
                                  source));
}

/// Other programs cannot be left to choose.
void require_size_and_rate(const Matrix& matrix) {
  if (std::ranges::count(matrix.sizes, std::optional<PictureSize>()) > 0)
    throw CLI::ValidationError("--size", "the camera is asked for a size here: 'own' is none");
  for (const double rate : matrix.frame_rates)
    if (rate == 0 || rate != std::floor(rate))
      throw CLI::ValidationError("--fps",
                                 "the camera is asked for a whole number of frames a second here");
}

/// The clock has to have room, and YUYV has pairs of pixels.
void require_room_for_clock(const Matrix& matrix) {
  constexpr int kMin = 96;
  for (const auto& size : matrix.sizes)
    if (size->width % 2 != 0 || std::min(size->width, size->height) < kMin)
      throw CLI::ValidationError(
          "--size", fmt::format("the fake camera's pictures are at least {0}x{0}, and of an even "
                                "width: {1} is not",
                                kMin, describe_size(size)));
}

void check_cameras(const CLI::App& app, BenchOptions& options) {
  Matrix& matrix = options.matrix;
  if (options.with_peers && app.count("--source") == 0) matrix.sources = {"fake:yuyv"};
  if (options.with_peers) require_cameras(matrix.sources);
  const auto fakes = std::ranges::count_if(matrix.sources, is_fake_camera);
  if (fakes > 0 && fakes < std::ssize(matrix.sources))
    throw CLI::ValidationError(
        "--source", "the fake camera's ages are what its clock tells: measure other sources apart");
  if (fakes > 0) matrix.optical = true;
  if (fakes > 0 || options.with_peers) require_size_and_rate(matrix);
  if (fakes == 0) return;
  require_room_for_clock(matrix);
  if (!options.viewer_host.empty())
    throw CLI::ValidationError(
        "--viewer-host", "the fake camera's clock is this machine's: its viewers have to be here");
}

void add_report_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--json", options.json_file, "Write all that was measured")->type_name("FILE");
  app.add_option("--report", options.report_file, "Write a page with plots")
      ->type_name("FILE.html");
  app.add_option("--compare", options.compare_file,
                 "Tell what differs from an earlier run's --json file by more\nthan the noise")
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
