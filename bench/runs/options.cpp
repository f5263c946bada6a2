#include "bench/runs/options.hpp"

#include <fmt/format.h>

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

std::string parse_congestion_control(const std::string& text) {
  if (text.empty()) throw std::invalid_argument("a name is missing between two commas");
  return text;
}

std::string parse_source(const std::string& text) {
  if (text.empty()) throw std::invalid_argument("a source is missing between two commas");
  return text;
}

/// Adds an option with a comma-separated list of values, which `parse` converts. Repeated values
/// are ignored.
template <class Value>
void add_list(CommandLine& command_line, const std::string& name, std::vector<Value>& values,
              std::function<Value(const std::string&)> parse, const char* type,
              const std::string& description) {
  command_line.add(
      name, type,
      [&values, parse = std::move(parse)](const std::string& text) {
        values.clear();
        for (const std::string& word : split_at_commas(text)) {
          const Value value = parse(word);
          if (std::ranges::find(values, value) == values.end()) values.push_back(value);
        }
      },
      description);
}

void add_matrix_options(CommandLine& command_line, Matrix& matrix) {
  matrix = {.sizes = {PictureSize{640, 480}, PictureSize{1280, 720}, PictureSize{1920, 1080}},
            .frame_rates = {30},
            .qualities = {80},
            .transports = {Transport::tcp},
            .viewers = {1},
            .threads = {default_threads()},
            .sources = {"test"}};
  add_list<std::optional<PictureSize>>(
      command_line, "--size", matrix.sizes, parse_size_or_own, "WxH,...",
      "Sizes of the picture; own: the size of the source\n[640x480,1280x720,1920x1080]");
  add_list<double>(
      command_line, "--fps", matrix.frame_rates,
      [](const std::string& text) { return parse_within(text, 0.0, 1000.0); }, "N,...",
      "Frames per second; 0: as fast as the source delivers [30]");
  add_list<int>(
      command_line, "--quality", matrix.qualities,
      [](const std::string& text) { return parse_within(text, 1, 100); }, "1..100,...",
      "JPEG quality [80]");
  add_list<Transport>(command_line, "--transport", matrix.transports, parse_transport,
                      "tcp,http,rtp", "Transports from the sender to the viewers [tcp]");
  add_list<int>(
      command_line, "--viewers", matrix.viewers,
      [](const std::string& text) { return parse_within(text, 1, kMaxViewers); }, "N,...",
      "Number of simultaneous viewers [1]");
  add_list<int>(
      command_line, "--threads", matrix.threads,
      [](const std::string& text) { return parse_within(text, 1, 64); }, "N,...",
      fmt::format("Threads of the sender, and of each viewer [{}]", default_threads()));
  add_list<std::string>(command_line, "--source", matrix.sources, parse_source, "SRC,...",
                        "Sources, as for jpegwire-sender, or fake:yuyv, fake:mjpg:\n"
                        "a simulated camera with a clock in its pictures\n"
                        "[test; with --peers, fake:yuyv]");
}

void add_run_options(CommandLine& command_line, BenchOptions& options) {
  command_line.add_number("--seconds", "S", options.seconds, {0.1, 86'400},
                          "Measured time of a run, in seconds [5]");
  command_line.add_number("--warm-up", "S", options.warm_up_seconds, {0, 3600},
                          "Time before the measurement starts, in seconds [1]");
  command_line.add_whole_number("--repetitions", "N", options.repetitions, {1, 1000},
                                "Runs of each case; each round runs all cases once [3]");
  command_line.add_text("--programs", "DIR", options.programs_directory,
                        "Directory of jpegwire-sender and jpegwire-viewer\n[that of this program]");
  const auto add_words = [&command_line](const char* name, std::vector<std::string>& words,
                                         const char* description) {
    command_line.add(
        name, "TEXT", [&words](const std::string& text) { words = split_at_spaces(text); },
        description);
  };
  add_words("--sender-options", options.sender_options,
            "More options for each sender, such as \"--fec 10 --pace\"");
  add_words("--viewer-options", options.viewer_options, "More options for each viewer");
  command_line.add_text("--viewer-host", "HOST", options.viewer_host,
                        "Run the viewers on that machine: print the command to run\n"
                        "there, and wait for its results");
  command_line.add(
      "--link", "LINK",
      [&options](const std::string& text) {
        parse_link(text);
        options.matrix.link = text;
      },
      "Simulate a bad network between sender and viewers, in network\n"
      "namespaces (needs root): 20mbit,delay=20ms,loss=1%,reorder=1%.\n"
      "The rate may change: 20mbit@0s,5mbit@8s,20mbit@16s");
  add_list<std::string>(command_line, "--congestion", options.matrix.congestion_controls,
                        parse_congestion_control, "NAME,...",
                        "TCP congestion controls of the sender, with --link: cubic,bbr\n"
                        "[that of the system]");
}

void add_age_options(CommandLine& command_line, BenchOptions& options) {
  command_line.add_flag("--optical", options.matrix.optical,
                        "Read the age from a clock in the picture, from light to\n"
                        "decoded pixels; point the camera at jpegwire-viewer --clock");
  command_line.add_flag("--window", options.matrix.window,
                        "Open the viewers' windows, to measure the display too");
  command_line.add_flag("--peers", options.with_peers,
                        "Also measure ustreamer, GStreamer, ffmpeg and a sender in\n"
                        "Python with OpenCV, with the same camera and viewers");
}

void require_cameras(const std::vector<std::string>& sources) {
  for (const std::string& source : sources)
    if (!is_camera(source))
      throw UsageError(
          "--source",
          fmt::format("'{}' is not a camera with a fixed format, which --peers needs; choose "
                      "fake:yuyv, fake:mjpg, /dev/video0:yuyv or /dev/video0:mjpg",
                      source));
}

/// The fake camera and other senders need a fixed size and rate.
void require_size_and_rate(const Matrix& matrix) {
  if (std::ranges::count(matrix.sizes, std::optional<PictureSize>()) > 0)
    throw UsageError("--size",
                     "cameras with a fixed format and --peers need a size; replace 'own' with WxH");
  for (const double rate : matrix.frame_rates)
    if (rate == 0 || rate != std::floor(rate))
      throw UsageError("--fps",
                       "cameras with a fixed format and --peers need a whole number of "
                       "frames per second above 0");
}

/// The clock needs room in the picture, and YUYV stores pairs of pixels.
void require_room_for_clock(const Matrix& matrix) {
  constexpr int kMinPixels = 96;
  for (const auto& size : matrix.sizes)
    if (size->width % 2 != 0 || std::min(size->width, size->height) < kMinPixels)
      throw UsageError(
          "--size",
          fmt::format(
              "the fake camera does not support {1}; choose at least {0}x{0}, with an even width",
              kMinPixels, describe_size(size)));
}

void check_cameras(const CommandLine& command_line, BenchOptions& options) {
  Matrix& matrix = options.matrix;
  if (options.with_peers && command_line.count("--source") == 0) matrix.sources = {"fake:yuyv"};
  if (options.with_peers) require_cameras(matrix.sources);
  const auto fakes = std::ranges::count_if(matrix.sources, is_fake_camera);
  if (fakes > 0 && fakes < std::ssize(matrix.sources))
    throw UsageError("--source",
                     "the ages of the fake camera are read from its clock; measure other "
                     "sources in a separate run");
  if (fakes > 0) matrix.optical = true;
  if (fakes > 0 || options.with_peers) require_size_and_rate(matrix);
  if (fakes == 0) return;
  require_room_for_clock(matrix);
  if (!options.viewer_host.empty())
    throw UsageError("--viewer-host",
                     "the fake camera uses the clock of this machine; omit --viewer-host");
}

void check_link(const CommandLine& command_line, const BenchOptions& options) {
  const std::string& link = options.matrix.link;
  if (command_line.count("--congestion") > 0 && link.empty())
    throw UsageError("--congestion",
                     "only a simulated link gets its own congestion control; add --link, or choose "
                     "that of the system with sysctl net.ipv4.tcp_congestion_control");
  if (link.empty()) return;
  const LinkSettings settings = parse_link(link);
  if (!settings.has_schedule()) return;
  const double last = to_seconds(settings.rates.back().begin);
  if (last >= options.seconds)
    throw UsageError("--seconds",
                     fmt::format("the rate of --link changes after {} s, but a run takes {} s; "
                                 "choose more seconds",
                                 last, options.seconds));
}

void add_report_options(CommandLine& command_line, BenchOptions& options) {
  command_line.add_text("--json", "FILE", options.json_file, "Write all results as JSON");
  command_line.add_text("--report", "FILE.html", options.report_file, "Write a page with plots");
  command_line.add_text(
      "--compare", "OLD.json", options.compare_file,
      "Report what differs from an earlier run's --json file by\nmore than the noise");
}

}  // namespace

void add_bench_options(CommandLine& command_line, BenchOptions& options) {
  add_matrix_options(command_line, options.matrix);
  add_run_options(command_line, options);
  add_age_options(command_line, options);
  add_report_options(command_line, options);
  command_line.set_check([&command_line, &options] {
    for (const char* local : {"--link", "--peers"})
      command_line.refuse_both("--viewer-host", local);
    check_cameras(command_line, options);
    check_link(command_line, options);
  });
}

}  // namespace jpegwire
