#include "bench/runs/phases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/link/link_settings.hpp"
#include "codec/time.hpp"

namespace jpegwire {
namespace {

using nlohmann::json;

/// Nearest rank. The values are in order, and there is at least one.
double ranked(const std::vector<double>& values, double percent) {
  const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

/// Nothing is known of a run with a viewer that kept no timeline.
Figures figures_within(const Run& run, const Phase& phase) {
  std::vector<double> ages;
  double frames = 0;
  for (const json& viewer : run.viewers) {
    const auto timeline = timeline_of(viewer, run);
    if (!timeline) return {};
    for (const TimedFrame& frame : *timeline) {
      if (frame.seconds < phase.begin_seconds || frame.seconds >= phase.end_seconds) continue;
      ++frames;
      if (frame.age_ms) ages.push_back(*frame.age_ms);
    }
  }
  const double seconds = phase.end_seconds - phase.begin_seconds;
  if (run.viewers.empty() || seconds <= 0) return {};
  Figures figures{{"fps", frames / seconds / static_cast<double>(run.viewers.size())}};
  if (ages.empty()) return figures;
  std::ranges::sort(ages);
  figures["age_p50_ms"] = ranked(ages, 50);
  figures["age_p99_ms"] = ranked(ages, 99);
  figures["age_max_ms"] = ages.back();
  return figures;
}

/// Without figures.
std::vector<Phase> phases_until(double end, const std::vector<RateStep>& rates) {
  std::vector<Phase> phases;
  for (const RateStep& step : rates) {
    const double begin = std::min(to_seconds(step.begin), end);
    if (!phases.empty()) phases.back().end_seconds = begin;
    phases.push_back(
        {fmt::format("{:g} Mbit/s", static_cast<double>(step.bits_per_second) / 1e6), begin, end});
  }
  phases.push_back({"whole run", 0, end});
  return phases;
}

}  // namespace

std::optional<std::vector<TimedFrame>> timeline_of(const json& viewer, const Run& run) {
  const auto timeline = viewer.find("timeline");
  if (timeline == viewer.end() || !timeline->is_array()) return std::nullopt;
  const double begin = to_seconds(run.begin.time_since_epoch());
  std::vector<TimedFrame> frames;
  for (const json& entry : *timeline) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_number()) continue;
    TimedFrame& frame = frames.emplace_back(TimedFrame{entry[0].get<double>() - begin});
    if (entry[1].is_number()) frame.age_ms = entry[1].get<double>();
  }
  return frames;
}

std::string Phase::label() const {
  return fmt::format("{}, {:.3g} to {:.3g} s", rate, begin_seconds, end_seconds);
}

std::vector<Phase> phases_of(const Case& one, const std::vector<Run>& runs) {
  if (!one.has_schedule() || runs.empty()) return {};
  const auto rates = parse_link(one.link).rates;
  std::vector<Phase> phases = phases_until(runs.front().seconds, rates);
  for (std::size_t i = 0; i < phases.size(); ++i) {
    std::vector<Figures> repetitions;
    for (const Run& run : runs)
      repetitions.push_back(figures_within(run, phases_until(run.seconds, rates)[i]));
    phases[i].figures = spreads_of(repetitions);
  }
  return phases;
}

json to_json(const std::vector<Phase>& phases) {
  json all = json::array();
  for (const Phase& phase : phases) {
    json figures = json::object();
    for (const auto& [name, spread] : phase.figures) figures[name] = to_json(spread);
    all.push_back({{"rate", phase.rate},
                   {"begin_seconds", phase.begin_seconds},
                   {"end_seconds", phase.end_seconds},
                   {"figures", figures}});
  }
  return all;
}

}  // namespace jpegwire
