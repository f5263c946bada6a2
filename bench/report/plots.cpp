#include "bench/report/plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "bench/report/svg_plot.hpp"

namespace jpegwire {
namespace {

constexpr double kMinAgeMs = 0.01;  // keeps logarithms finite; clocks may differ by more

PlotPoint point_at(double x, const Spread& spread) {
  return {x, spread.median, spread.least, spread.greatest, spread.repetitions > 1};
}

/// Lines that join the cases that are equal after `forget` has removed the plotted value.
std::vector<PlotSeries> series_over(const Results& results, std::string_view figure,
                                    const std::function<double(const Case&)>& x_of,
                                    const std::function<void(Case&)>& forget) {
  std::vector<Case> groups;
  for (const CaseResult& result : results.cases) forget(groups.emplace_back(result.measured));
  const std::vector<std::string> names = short_labels_of(groups);
  std::vector<PlotSeries> series;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto found = results.cases[i].figures.find(figure);
    if (found == results.cases[i].figures.end()) continue;
    auto same = std::ranges::find(series, names[i], &PlotSeries::name);
    if (same == series.end()) same = series.insert(series.end(), {names[i], {}, true});
    same->points.push_back(point_at(x_of(results.cases[i].measured), found->second));
  }
  for (PlotSeries& one : series) std::ranges::sort(one.points, {}, &PlotPoint::x);
  return series;
}

double megapixels(const Case& one) {
  return one.size ? 1e-6 * one.size->width * one.size->height : 0;
}

/// An axis of the measured sizes, with room before the first.
Axis axis_of_sizes(const Results& results) {
  std::map<double, std::string> sizes{{0, "0"}};
  for (const CaseResult& result : results.cases)
    if (result.measured.size)
      sizes.emplace(megapixels(result.measured), describe_size(result.measured.size));
  Axis axis{"picture size, by number of pixels", {}, false};
  for (const auto& [value, label] : sizes) axis.ticks.push_back({value, label});
  return axis;
}

Axis axis_of_viewers(const Results& results) {
  std::set<int> numbers;
  for (const CaseResult& result : results.cases) numbers.insert(result.measured.viewers);
  Axis axis{"viewers", {}, true};
  for (const int number : numbers)
    axis.ticks.push_back({static_cast<double>(number), std::to_string(number)});
  return axis;
}

/// Ends at the 99th percentile, because a single very old frame would compress the rest of the
/// plot.
std::vector<PlotSeries> age_series(const Results& results) {
  std::vector<PlotSeries> series;
  for (const CaseResult& result : results.cases) {
    if (result.ages.is_empty()) continue;
    PlotSeries& one = series.emplace_back(PlotSeries{result.label, {}, false});
    for (int percent = 0; percent <= 99; ++percent)
      one.points.push_back({.x = std::max(*result.ages.percentile(percent), kMinAgeMs),
                            .y = static_cast<double>(percent),
                            .least = 0,
                            .greatest = 0});
  }
  return series;
}

/// Uses a logarithmic axis if the ages of the cases differ widely.
Axis axis_of_ages(const std::vector<PlotSeries>& series) {
  constexpr double kFarApart = 8;
  const std::string title = "age, ms, to the 99th percentile";
  double youngest = series.front().points.front().x;
  double oldest = 0, least_oldest = series.front().points.back().x;
  for (const PlotSeries& one : series) {
    youngest = std::min(youngest, one.points.front().x);
    oldest = std::max(oldest, one.points.back().x);
    least_oldest = std::min(least_oldest, one.points.back().x);
  }
  return oldest > kFarApart * least_oldest ? axis_of_magnitudes(title, youngest, oldest)
                                           : axis_from_zero(title, oldest);
}

constexpr std::array<std::pair<std::string_view, const char*>, 7> kStages{
    {{"cpu_capture_ms", "capture"},
     {"cpu_encode_ms", "encode"},
     {"cpu_send_ms", "send"},
     {"cpu_other_sender_ms", "another sender"},
     {"cpu_receive_ms", "receive"},
     {"cpu_decode_ms", "decode"},
     {"cpu_display_ms", "display"}}};

double cpu_of_stages(const Figures& figures) {
  double sum = 0;
  for (const auto& [name, title] : kStages)
    if (const auto figure = figures.find(name); figure != figures.end()) sum += figure->second;
  return sum;
}

/// The spread of the sum of the stages over the runs.
std::string describe_cpu(const CaseResult& result) {
  std::vector<double> sums;
  for (const Run& run : result.runs)
    sums.push_back(cpu_of_stages(figures_of(run, result.measured)));
  const auto spread = spread_of(std::move(sums));
  return spread ? fmt::format("{}: {} ms", result.label, to_text(*spread, 1)) : result.label;
}

StackedBar bar_of(const CaseResult& result) {
  StackedBar bar{describe_cpu(result), {}};
  for (const auto& [name, title] : kStages) {
    const auto figure = result.figures.find(name);
    bar.parts.push_back(figure == result.figures.end() ? 0 : figure->second.median);
  }
  return bar;
}

/// The timestamps of a camera do not include the time from light to capture.
const char* title_of_ages(const Results& results) {
  const auto is_optical = [](const CaseResult& result) { return result.measured.optical; };
  return std::ranges::any_of(results.cases, is_optical)
             ? "Age of a frame, light to decoded pixels"
             : "Age of a frame, capture to decoded pixels";
}

}  // namespace

Plot plot_ages(const Results& results) {
  Plot plot{title_of_ages(results),
            "The share of frames that have at most this age, over all repetitions.",
            "",
            {}};
  const std::vector<PlotSeries> series = age_series(results);
  if (series.empty()) return plot;
  plot.svg = svg_lines(plot.title, axis_of_ages(series), axis_from_zero("frames, %", 100), series);
  plot.legend = legend_of(series);
  return plot;
}

Plot plot_rates(const Results& results) {
  Plot plot{"Frame rate against resolution",
            "Frames per second shown by a viewer; the bars are the range over the repetitions.",
            "",
            {}};
  const Axis axis = axis_of_sizes(results);
  const auto series =
      series_over(results, "fps", megapixels, [](Case& one) { one.size = std::nullopt; });
  if (axis.ticks.size() < 3 || series.empty()) return plot;  // a single size
  plot.svg = svg_lines(plot.title, axis, axis_from_zero("frames/s", greatest_y(series)), series);
  plot.legend = legend_of(series);
  return plot;
}

Plot plot_cpu(const Results& results) {
  Plot plot{"CPU per frame, by stage",
            "CPU time in milliseconds: of the sender per encoded frame, of a viewer per shown "
            "frame. The parts of a bar are medians; beside the name are the median of the sum and "
            "its range over the repetitions.",
            "",
            {}};
  std::vector<StackedBar> bars;
  double longest = 0;
  for (const CaseResult& result : results.cases) {
    if (!result.has_runs()) continue;
    const StackedBar& bar = bars.emplace_back(bar_of(result));
    double sum = 0;
    for (const double part : bar.parts) sum += part;
    longest = std::max(longest, sum);
  }
  if (bars.empty()) return plot;
  for (const auto& [name, title] : kStages) plot.legend.emplace_back(title);
  plot.svg = svg_stacked_bars(plot.title, axis_from_zero("CPU, ms", longest), plot.legend, bars);
  return plot;
}

Plot plot_age_by_viewers(const Results& results) {
  Plot plot{"Age against viewers",
            "The median age of a frame; the bars are the range over the repetitions.",
            "",
            {}};
  const Axis axis = axis_of_viewers(results);
  const auto viewers_of = [](const Case& one) { return static_cast<double>(one.viewers); };
  const auto series =
      series_over(results, "age_p50_ms", viewers_of, [](Case& one) { one.viewers = 1; });
  if (axis.ticks.size() < 2 || series.empty()) return plot;
  plot.svg = svg_lines(plot.title, axis, axis_from_zero("age, ms", greatest_y(series)), series);
  plot.legend = legend_of(series);
  return plot;
}

}  // namespace jpegwire
