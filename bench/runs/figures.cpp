#include "bench/runs/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

namespace jpegwire {
namespace {

using nlohmann::json;

constexpr std::array kKinds = std::to_array<FigureKind>({
    {"fps", "frames shown", "frames/s", 1, true},
    {"whole_fps", "whole frames shown", "frames/s", 1, true},
    {"fps_least", "frames shown by the slowest viewer", "frames/s", 1, true},
    {"age_p50_ms", "age, median", "ms", 1, false},
    {"age_p90_ms", "age, p90", "ms", 1, false},
    {"age_p99_ms", "age, p99", "ms", 1, false},
    {"age_max_ms", "age, greatest", "ms", 1, false},
    {"age_known_percent", "frames whose age is known", "%", 0, true},
    {"captured_fps", "frames captured", "frames/s", 1, true},
    {"encoded_fps", "frames encoded or passed on", "frames/s", 1, true},
    {"encode_ms", "encoding a frame, median", "ms", 2, false},
    {"network_ms", "on the network, median", "ms", 2, false},
    {"decode_ms", "from the last byte to pixels, median", "ms", 2, false},
    {"kb_per_frame", "size of a frame", "kB", 1, false},
    {"mbit_per_second", "data to each viewer", "Mbit/s", 1, false},
    {"sender_cpu_ms", "the sender's CPU per frame", "ms", 2, false},
    {"viewer_cpu_ms", "a viewer's CPU per frame", "ms", 2, false},
    {"cpu_capture_ms", "CPU per frame: capture", "ms", 2, false},
    {"cpu_encode_ms", "CPU per frame: encode", "ms", 2, false},
    {"cpu_send_ms", "CPU per frame: send to all", "ms", 2, false},
    {"cpu_receive_ms", "CPU per frame: receive", "ms", 2, false},
    {"cpu_decode_ms", "CPU per frame: decode", "ms", 2, false},
    {"cpu_display_ms", "CPU per frame: display", "ms", 2, false},
    {"cpu_other_sender_ms", "CPU per frame: another program as sender", "ms", 2, false},
    {"skipped_encode_percent", "skipped before the encoder", "%", 1, false},
    {"skipped_network_percent", "skipped before the network", "%", 1, false},
    {"lost_percent", "packets lost", "%", 2, false},
    {"restored_percent", "lost packets restored", "%", 0, true},
    {"patched_percent", "frames shown with older parts in place of lost ones", "%", 1, false},
    {"skipped_decode_percent", "skipped before the decoder", "%", 1, false},
    {"skipped_display_percent", "skipped before the display", "%", 1, false},
    {"busy_percent", "the machine's CPU in use", "%", 0, false},
    {"others_percent", "the machine's CPU in use by others", "%", 1, false},
    {"stolen_percent", "the machine's CPU stolen by other machines", "%", 1, false},
    {"bench_percent", "jpegwire-bench itself, of the programs' CPU", "%", 2, false},
});

constexpr double kMaxRepetitions = 1e9;  // fits into an int

double rounded(double value) { return std::round(value * 10'000) / 10'000; }

double number(const json& object, const char* name) {
  if (!object.is_object()) return 0;
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<double>() : 0.0;
}

std::optional<double> number_at(const json& object, const json::json_pointer& path) {
  if (!object.contains(path) || !object[path].is_number()) return std::nullopt;
  return object[path].get<double>();
}

double sum(const std::vector<json>& objects, const char* name) {
  double total = 0;
  for (const json& object : objects) total += number(object, name);
  return total;
}

void put_percent(Figures& figures, const char* name, double part, double whole) {
  if (whole > 0) figures[name] = 100 * part / whole;
}

void put_ratio(Figures& figures, const char* name, double part, double whole) {
  if (whole > 0) figures[name] = part / whole;
}

double frames_of(const json& viewer) {
  return number(viewer, "frames") + number(viewer, "patched");
}

double all_frames(const Run& run) {
  return sum(run.viewers, "frames") + sum(run.viewers, "patched");
}

/// The rate between the first and the last frame. If the last frame is old, the rate over the whole
/// window, so that a stream that stopped does not keep its earlier rate.
double rate_of(const json& viewer) {
  constexpr double kLongPauseSeconds = 1;
  const double own = number(viewer, "fps");
  if (number(viewer, "idle_seconds") < kLongPauseSeconds) return own;
  return frames_of(viewer) / number(viewer, "seconds");
}

/// Without the frames in which older parts replace lost ones.
double whole_rate_of(const json& viewer) {
  const double shown = frames_of(viewer);
  return shown > 0 ? rate_of(viewer) * number(viewer, "frames") / shown : 0;
}

double mean_over_viewers(const Run& run, double (*rate)(const json&)) {
  double sum = 0;
  for (const json& viewer : run.viewers) sum += rate(viewer);
  return run.viewers.empty() ? 0 : sum / static_cast<double>(run.viewers.size());
}

double mean_rate(const Run& run) { return mean_over_viewers(run, rate_of); }

/// The increase of a counter of the sender within the window.
double counted(const Run& run, const char* name) {
  return number(run.sender_end, name) - number(run.sender_begin, name);
}

/// Frames that reached a viewer: the mean over the viewers.
double delivered(const Run& run) { return mean_rate(run) * run.seconds; }

/// Frames that were encoded or passed on. Other senders do not report this, so the frames that
/// reached the viewers are counted instead.
double given(const Run& run) {
  if (run.sender_end.is_null()) return delivered(run);
  return counted(run, "encoded") + counted(run, "passthrough");
}

/// The time between the two samples, by the sender's own clock.
double sender_seconds(const Run& run) { return counted(run, "seconds"); }

double least_rate(const Run& run) {
  double least = run.viewers.empty() ? 0 : rate_of(run.viewers.front());
  for (const json& viewer : run.viewers) least = std::min(least, rate_of(viewer));
  return least;
}

double frames_with_age(const json& viewer) {
  const auto age = viewer.find("age_ms");
  if (age == viewer.end() || !age->is_object()) return 0;
  return age->contains("frames") ? number(*age, "frames") : frames_of(viewer);
}

void put_ages(Figures& figures, const Run& run) {
  double known = 0;
  for (const json& viewer : run.viewers) known += frames_with_age(viewer);
  put_percent(figures, "age_known_percent", known, all_frames(run));
  const Distribution ages = ages_of(run);
  const std::array<std::pair<const char*, double>, 3> percentiles{
      {{"age_p50_ms", 50}, {"age_p90_ms", 90}, {"age_p99_ms", 99}}};
  for (const auto& [name, percent] : percentiles)
    if (const auto age = ages.percentile(percent)) figures[name] = *age;
  for (const json& viewer : run.viewers)
    if (const auto age = number_at(viewer, json::json_pointer("/age_ms/max")))
      figures["age_max_ms"] = std::max(figures["age_max_ms"], *age);
}

void put_rates(Figures& figures, const Run& run) {
  figures["fps"] = mean_rate(run);
  figures["whole_fps"] = mean_over_viewers(run, whole_rate_of);
  figures["fps_least"] = least_rate(run);
  put_ratio(figures, "captured_fps", counted(run, "captured"), sender_seconds(run));
  put_ratio(figures, "encoded_fps", given(run), sender_seconds(run));
  if (run.sender_end.is_null())
    put_ratio(figures, "kb_per_frame", sum(run.viewers, "bytes") / 1000,
              sum(run.viewers, "frames") + sum(run.viewers, "skipped_decode"));
  else
    put_ratio(figures, "kb_per_frame", counted(run, "bytes") / 1000, given(run));
  put_ratio(figures, "mbit_per_second", sum(run.viewers, "bytes") * 8 / 1e6,
            sum(run.viewers, "seconds"));
}

/// The median of the viewers' medians.
void put_stage(Figures& figures, const Run& run, const json::json_pointer& stage,
               const char* name) {
  std::vector<double> medians;
  for (const json& viewer : run.viewers)
    if (const auto median = number_at(viewer, stage)) medians.push_back(*median);
  if (const auto spread = spread_of(medians)) figures[name] = spread->median;
}

void put_stages(Figures& figures, const Run& run) {
  using Path = json::json_pointer;
  if (const auto encode = number_at(run.sender_end, Path("/encode_ms/p50")))
    figures["encode_ms"] = *encode;
  put_stage(figures, run, Path("/stages_ms/network/p50"), "network_ms");
  put_stage(figures, run, Path("/stages_ms/decode/p50"), "decode_ms");
}

/// Sums over all connections of the sender.
double sum_of_connections(const json& sender, const char* name) {
  if (!sender.is_object()) return 0;
  const auto viewers = sender.find("viewers");
  double total = 0;
  if (viewers != sender.end())
    for (const json& viewer : *viewers) total += number(viewer, name);
  return total;
}

/// The end of a run displaces one frame of each viewer. In a run of few frames this would distort
/// the percentage.
double displaced(const Run& run, const char* name) {
  return std::max(0.0, sum(run.viewers, name) - static_cast<double>(run.viewers.size()));
}

void put_discards(Figures& figures, const Run& run) {
  const double frames = all_frames(run);
  const double skipped_network = sum_of_connections(run.sender, "skipped");
  const double skipped_decode = displaced(run, "skipped_decode");
  const double skipped_display = displaced(run, "skipped_display");
  put_percent(figures, "skipped_encode_percent", counted(run, "skipped_encode"),
              counted(run, "captured"));
  put_percent(figures, "skipped_network_percent", skipped_network,
              skipped_network + sum_of_connections(run.sender, "frames"));
  put_percent(figures, "lost_percent", sum(run.viewers, "packets_lost"),
              sum(run.viewers, "packets") + sum(run.viewers, "packets_lost"));
  put_percent(figures, "restored_percent", sum(run.viewers, "packets_recovered"),
              sum(run.viewers, "packets_lost"));
  put_percent(figures, "patched_percent", sum(run.viewers, "patched"), frames);
  put_percent(figures, "skipped_decode_percent", skipped_decode, frames + skipped_decode);
  put_percent(figures, "skipped_display_percent", skipped_display,
              skipped_display + sum(run.viewers, "displayed"));
}

void put_sender_cpu_by_stage(Figures& figures, const ThreadTimes& sender, double frames) {
  put_ratio(figures, "cpu_capture_ms", 1000 * seconds_of(sender, {"capture"}), frames);
  put_ratio(figures, "cpu_encode_ms", 1000 * seconds_of(sender, {"encode", "bands"}), frames);
  put_ratio(figures, "cpu_send_ms", 1000 * seconds_of(sender, {"main"}), frames);
}

void put_cpu_by_stage(Figures& figures, const Run& run, double shown) {
  const double frames = given(run);
  const ThreadTimes& viewers = run.viewer_threads;
  if (run.sender_end.is_null())
    put_ratio(figures, "cpu_other_sender_ms", 1000 * run.sender_cpu_seconds, frames);
  else
    put_sender_cpu_by_stage(figures, run.sender_threads, frames);
  if (viewers.empty()) return;
  put_ratio(figures, "cpu_receive_ms", 1000 * seconds_of(viewers, {"network"}), shown);
  put_ratio(figures, "cpu_decode_ms", 1000 * seconds_of(viewers, {"decode", "bands"}), shown);
  put_ratio(figures, "cpu_display_ms", 1000 * seconds_of(viewers, {"main"}), shown);
}

void put_cpu(Figures& figures, const Run& run, const Case& one) {
  const double shown = mean_rate(run) * run.seconds * one.viewers;
  put_ratio(figures, "sender_cpu_ms", 1000 * run.sender_cpu_seconds, delivered(run));
  if (run.viewer_threads.empty())  // viewers on another machine report it themselves
    put_ratio(figures, "viewer_cpu_ms", 1000 * sum(run.viewers, "cpu_seconds"), all_frames(run));
  else
    put_ratio(figures, "viewer_cpu_ms", 1000 * run.viewer_cpu_seconds, shown);
  put_cpu_by_stage(figures, run, shown);
}

void put_machine(Figures& figures, const Run& run) {
  const MachineTimes& machine = run.machine;
  const double all = machine.busy + machine.idle + machine.stolen;
  const double programs = run.sender_cpu_seconds + run.viewer_cpu_seconds;
  const double own = run.bench_cpu_seconds + run.link_cpu_seconds;
  put_percent(figures, "busy_percent", machine.busy, all);
  put_percent(figures, "others_percent", std::max(0.0, machine.busy - programs - own), all);
  put_percent(figures, "stolen_percent", machine.stolen, all);
  put_percent(figures, "bench_percent", run.bench_cpu_seconds, programs);
}

}  // namespace

std::optional<Spread> spread_of(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return Spread{median, values.front(), values.back(), static_cast<int>(values.size())};
}

std::string to_text(const Spread& spread, int decimals) {
  if (spread.repetitions < 2) return fmt::format("{:.{}f} (one run)", spread.median, decimals);
  return fmt::format("{:.{}f} ({:.{}f}-{:.{}f})", spread.median, decimals, spread.least, decimals,
                     spread.greatest, decimals);
}

json to_json(const Spread& spread) {
  return {{"median", rounded(spread.median)},
          {"least", rounded(spread.least)},
          {"greatest", rounded(spread.greatest)},
          {"repetitions", spread.repetitions}};
}

std::optional<Spread> read_spread(const json& object) {
  if (!object.is_object()) return std::nullopt;
  for (const char* name : {"median", "least", "greatest", "repetitions"})
    if (!object.contains(name) || !object[name].is_number()) return std::nullopt;
  const auto repetitions = object["repetitions"].get<double>();
  if (!(repetitions >= 1 && repetitions <= kMaxRepetitions)) return std::nullopt;
  return Spread{object["median"].get<double>(), object["least"].get<double>(),
                object["greatest"].get<double>(), static_cast<int>(repetitions)};
}

bool have_noise(const Spread& earlier, const Spread& later) {
  return earlier.repetitions > 1 && later.repetitions > 1;
}

bool differs_beyond_noise(const Spread& earlier, const Spread& later) {
  constexpr double kMinChange = 0.01;
  if (!have_noise(earlier, later)) return false;
  const bool overlap = earlier.least <= later.greatest && later.least <= earlier.greatest;
  const double change = std::abs(later.median - earlier.median);
  return !overlap && change > std::max(earlier.range(), later.range()) &&
         change > kMinChange * std::abs(earlier.median);
}

std::span<const FigureKind> figure_kinds() { return kKinds; }

const FigureKind& figure_kind(std::string_view name) {
  return *std::ranges::find(kKinds, name, &FigureKind::name);
}

Distribution ages_of(const Run& run) {
  Distribution ages;
  for (const json& viewer : run.viewers)
    if (const auto age = viewer.find("age_ms"); age != viewer.end())
      ages.add(*age, frames_with_age(viewer));
  return ages;
}

Figures figures_of(const Run& run, const Case& one) {
  Figures figures;
  put_rates(figures, run);
  put_ages(figures, run);
  put_stages(figures, run);
  put_discards(figures, run);
  put_cpu(figures, run, one);
  put_machine(figures, run);
  return figures;
}

FigureSpreads spreads_of(const std::vector<Figures>& repetitions) {
  std::map<std::string, std::vector<double>, std::less<>> values;
  for (const Figures& figures : repetitions)
    for (const auto& [name, value] : figures) values[name].push_back(value);
  FigureSpreads spreads;
  for (auto& [name, all] : values) spreads[name] = *spread_of(std::move(all));
  return spreads;
}

Figures medians_of(const FigureSpreads& spreads) {
  Figures medians;
  for (const auto& [name, spread] : spreads) medians[name] = spread.median;
  return medians;
}

}  // namespace jpegwire
