#include <algorithm>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "bench/link/link_settings.hpp"
#include "bench/report/plots.hpp"
#include "bench/report/svg_plot.hpp"
#include "bench/runs/phases.hpp"
#include "codec/time.hpp"

namespace jpegwire {
namespace {

using nlohmann::json;

PlotPoint point(double seconds, double value) {
  return {.x = seconds, .y = value, .least = 0, .greatest = 0};
}

/// The mean of a value over the links that have it; nothing if none has.
std::optional<double> mean_of_links(const json& links, const char* name) {
  double sum = 0;
  int count = 0;
  for (const json& link : links) {
    if (!link.is_object() || !link.contains(name) || !link[name].is_number()) continue;
    sum += link[name].get<double>();
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / count);
}

std::vector<PlotPoint> points_of_links(const Run& run, const char* name) {
  std::vector<PlotPoint> points;
  for (const json& sample : run.links_over_time) {
    if (!sample.is_object() || !sample.contains("links") || !sample.contains("seconds") ||
        !sample["seconds"].is_number())
      continue;
    if (const auto value = mean_of_links(sample["links"], name))
      points.push_back(point(sample["seconds"].get<double>(), *value));
  }
  return points;
}

/// The frames of one interval.
struct TimeBin {
  double frames = 0;
  std::optional<double> oldest_ms{};
};

/// The frames of all viewers in intervals of this length. The rest at the end is left out.
std::vector<TimeBin> bins_of(const Run& run, double bin_seconds) {
  std::vector<TimeBin> bins(static_cast<std::size_t>(std::max(0.0, run.seconds / bin_seconds)));
  for (const json& viewer : run.viewers)
    for (const TimedFrame& frame : timeline_of(viewer, run).value_or(std::vector<TimedFrame>())) {
      const double place = frame.seconds / bin_seconds;
      if (place < 0 || place >= static_cast<double>(bins.size())) continue;
      TimeBin& bin = bins[static_cast<std::size_t>(place)];
      ++bin.frames;
      if (frame.age_ms) bin.oldest_ms = std::max(bin.oldest_ms.value_or(0), *frame.age_ms);
    }
  return bins;
}

bool has_timeline(const Run& run) {
  return std::ranges::any_of(run.viewers,
                             [](const json& viewer) { return viewer.contains("timeline"); });
}

/// Half a second, or in a long run a hundredth of it.
std::vector<PlotPoint> points_of_rate(const Run& run) {
  if (!has_timeline(run)) return {};
  const double bin_seconds = std::max(0.5, run.seconds / 100);
  std::vector<PlotPoint> points;
  for (const TimeBin& bin : bins_of(run, bin_seconds))
    points.push_back(point((static_cast<double>(points.size()) + 0.5) * bin_seconds,
                           bin.frames / bin_seconds / static_cast<double>(run.viewers.size())));
  return points;
}

/// A tenth of a second, or in a long run a 300th of it.
std::vector<PlotPoint> points_of_age(const Run& run) {
  const double bin_seconds = std::max(0.1, run.seconds / 300);
  std::vector<PlotPoint> points;
  double middle = bin_seconds / 2;
  for (const TimeBin& bin : bins_of(run, bin_seconds)) {
    if (bin.oldest_ms) points.push_back(point(middle, *bin.oldest_ms));
    middle += bin_seconds;
  }
  return points;
}

using PointsOfRun = std::function<std::vector<PlotPoint>(const Run&)>;

/// One series for each case whose first run has points.
std::vector<PlotSeries> series_over_time(const Results& results, const PointsOfRun& points_of) {
  std::vector<PlotSeries> series;
  for (const CaseResult& result : results.cases) {
    if (!result.has_runs() || !result.measured.has_schedule()) continue;
    if (auto points = points_of(result.runs.front()); !points.empty())
      series.push_back({result.label, std::move(points), false});
  }
  return series;
}

double longest_run(const Results& results) {
  double seconds = 0;
  for (const CaseResult& result : results.cases)
    if (result.has_runs()) seconds = std::max(seconds, result.runs.front().seconds);
  return seconds;
}

Plot plot_over_time(const Results& results, const std::string& title, const std::string& note,
                    const std::string& unit, const std::vector<PlotSeries>& series) {
  Plot plot{title, note, "", {}};
  if (series.empty()) return plot;
  plot.svg = svg_lines(title, axis_from_zero("time, s", longest_run(results)),
                       axis_from_zero(unit, greatest_y(series)), series);
  plot.legend = legend_of(series);
  return plot;
}

/// The rate that the link really has, as steps.
PlotSeries series_of_link(const Results& results) {
  const auto rates = parse_link(results.cases.front().measured.link).rates;
  PlotSeries series{"the link", {}, false};
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const double end = i + 1 < rates.size() ? to_seconds(rates[i + 1].begin) : longest_run(results);
    const double megabits = static_cast<double>(rates[i].bits_per_second) / 1e6;
    series.points.push_back(point(to_seconds(rates[i].begin), megabits));
    series.points.push_back(point(end, megabits));
  }
  return series;
}

std::vector<PlotSeries> series_of_links(const Results& results, const char* name) {
  return series_over_time(results, [name](const Run& run) { return points_of_links(run, name); });
}

Plot plot_link_rate(const Results& results) {
  auto series = series_of_links(results, "rate_mbit");
  if (!series.empty()) series.push_back(series_of_link(results));
  return plot_over_time(
      results, "Rate over time",
      "The rate of the link, and the sender's estimate of it, the mean over the viewers.",
      "rate, Mbit/s", series);
}

}  // namespace

std::vector<Plot> plots_over_time(const Results& results) {
  return {plot_link_rate(results),
          plot_over_time(results, "Budget over time",
                         "What a frame may have, the mean over the viewers.", "budget, kB",
                         series_of_links(results, "budget_kb")),
          plot_over_time(results, "Quality over time",
                         "The JPEG quality that the sender chooses, the mean over the viewers.",
                         "quality", series_of_links(results, "quality")),
          plot_over_time(results, "Frame rate over time",
                         "Frames shown by a viewer, in intervals of half a second or, in a long "
                         "run, a hundredth of it.",
                         "frames/s", series_over_time(results, points_of_rate)),
          plot_over_time(results, "Age over time",
                         "The greatest age of a frame in each tenth of a second or, in a long run, "
                         "each 300th of it.",
                         "age, ms", series_over_time(results, points_of_age))};
}

}  // namespace jpegwire
