#include "bench/report/svg_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace jpegwire {
namespace {

constexpr double kWidth = 560;
constexpr double kHeight = 320;
constexpr double kLeft = 58;
constexpr double kRight = 34;
constexpr double kTop = 14;
constexpr double kBottom = 46;

/// Maps values of an axis to pixels.
class Scale {
 public:
  Scale(const Axis& axis, double first_pixel, double last_pixel)
      : is_logarithmic_(axis.is_logarithmic),
        first_(place(axis.ticks.front().value)),
        last_(place(axis.ticks.back().value)),
        first_pixel_(first_pixel),
        last_pixel_(last_pixel) {}

  double operator()(double value) const {
    return first_pixel_ + (last_pixel_ - first_pixel_) * (place(value) - first_) / (last_ - first_);
  }

 private:
  double place(double value) const { return is_logarithmic_ ? std::log2(value) : value; }

  bool is_logarithmic_;
  double first_;
  double last_;
  double first_pixel_;
  double last_pixel_;
};

std::string open_svg(const std::string& title, double height) {
  return fmt::format(
      "<svg viewBox='0 0 {} {}' role='img' aria-label='{}' xmlns='http://www.w3.org/2000/svg'>\n",
      kWidth, height, escaped(title));
}

std::string text_at(double x, double y, const char* anchor, const std::string& text,
                    const char* kind = "tick") {
  return fmt::format("<text x='{:.1f}' y='{:.1f}' text-anchor='{}' class='{}'>{}</text>\n", x, y,
                     anchor, kind, escaped(text));
}

std::string line(double x1, double y1, double x2, double y2, const std::string& kind) {
  return fmt::format("<line x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}' class='{}'/>\n", x1, y1,
                     x2, y2, kind);
}

std::string draw_x_axis(const Axis& axis, const Scale& scale, double left, double height) {
  const double bottom = height - kBottom;
  std::string svg;
  for (const Tick& tick : axis.ticks) {
    svg += line(scale(tick.value), kTop, scale(tick.value), bottom, "grid");
    svg += text_at(scale(tick.value), bottom + 17, "middle", tick.label);
  }
  return svg + text_at((left + kWidth - kRight) / 2, height - 8, "middle", axis.title, "axis");
}

std::string draw_y_axis(const Axis& axis, const Scale& scale) {
  std::string svg;
  for (const Tick& tick : axis.ticks) {
    svg += line(kLeft, scale(tick.value), kWidth - kRight, scale(tick.value), "grid");
    svg += text_at(kLeft - 8, scale(tick.value) + 4, "end", tick.label);
  }
  const double middle = (kTop + kHeight - kBottom) / 2;
  return svg + fmt::format(
                   "<text transform='translate(13 {:.0f}) rotate(-90)' "
                   "text-anchor='middle' class='axis'>{}</text>\n",
                   middle, escaped(axis.title));
}

std::string describe(const PlotSeries& series, const PlotPoint& point) {
  const std::string range =
      point.has_range ? fmt::format(" ({:.1f} to {:.1f})", point.least, point.greatest) : "";
  return fmt::format("{}{}{:.1f}{}", series.name, series.name.empty() ? "" : ": ", point.y, range);
}

std::string draw_mark(const PlotSeries& series, const PlotPoint& point, const Scale& x,
                      const Scale& y) {
  std::string svg;
  if (point.has_range)
    svg += line(x(point.x), y(point.least), x(point.x), y(point.greatest), "range");
  return svg + fmt::format("<circle cx='{:.1f}' cy='{:.1f}' r='4'><title>{}</title></circle>\n",
                           x(point.x), y(point.y), escaped(describe(series, point)));
}

std::string draw_series(const PlotSeries& series, std::size_t number, const Scale& x,
                        const Scale& y) {
  std::string path;
  for (const PlotPoint& point : series.points)
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : " L", x(point.x), y(point.y));
  const char* kind = number >= kPlotColours ? " dashed" : "";
  std::string svg = fmt::format("<g class='c{}{}'><path d='{}'><title>{}</title></path>\n",
                                number % kPlotColours, kind, path, escaped(series.name));
  if (series.has_marks)
    for (const PlotPoint& point : series.points) svg += draw_mark(series, point, x, y);
  return svg + "</g>\n";
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '&')
      result += "&amp;";
    else if (letter == '<')
      result += "&lt;";
    else if (letter == '>')
      result += "&gt;";
    else if (letter == '\'')
      result += "&#39;";
    else if (letter == '"')
      result += "&quot;";
    else
      result += letter;
  }
  return result;
}

// About five steps of 1, 2 or 5 times a power of ten.
Axis axis_from_zero(const std::string& title, double greatest) {
  constexpr double kSteps = 5;
  const double wanted = std::max(greatest, 1e-3) / kSteps;
  const double power = std::pow(10, std::floor(std::log10(wanted)));
  const double rest = wanted / power;
  const double step = power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
  Axis axis{title, {}, false};
  for (int i = 0;; ++i) {
    axis.ticks.push_back({i * step, fmt::format("{:.6g}", i * step)});
    if (i > 0 && i * step >= greatest) return axis;
  }
}

// Ticks at 1, 2 and 5 times the powers of ten.
Axis axis_of_magnitudes(const std::string& title, double least, double greatest) {
  Axis axis{title, {}, true};
  double power = std::pow(10, std::floor(std::log10(least)));
  for (;; power *= 10)
    for (const double digit : {1, 2, 5}) {
      const double value = digit * power;
      if (value <= least) axis.ticks.clear();
      axis.ticks.push_back({value, fmt::format("{:.6g}", value)});
      if (value >= greatest && axis.ticks.size() > 1) return axis;
    }
}

std::vector<std::string> legend_of(const std::vector<PlotSeries>& series) {
  std::vector<std::string> names;
  if (series.size() < 2) return names;
  for (const PlotSeries& one : series) names.push_back(one.name);
  return names;
}

double greatest_y(const std::vector<PlotSeries>& series) {
  double greatest = 0;
  for (const PlotSeries& one : series)
    for (const PlotPoint& point : one.points)
      greatest = std::max({greatest, point.y, point.greatest});
  return greatest;
}

std::string svg_lines(const std::string& title, const Axis& x, const Axis& y,
                      const std::vector<PlotSeries>& series) {
  const Scale x_scale(x, kLeft, kWidth - kRight);
  const Scale y_scale(y, kHeight - kBottom, kTop);
  std::string svg =
      open_svg(title, kHeight) + draw_x_axis(x, x_scale, kLeft, kHeight) + draw_y_axis(y, y_scale);
  for (std::size_t i = 0; i < series.size(); ++i)
    svg += draw_series(series[i], i, x_scale, y_scale);
  return svg + "</svg>\n";
}

std::string svg_stacked_bars(const std::string& title, const Axis& x,
                             const std::vector<std::string>& parts,
                             const std::vector<StackedBar>& bars) {
  constexpr double kRow = 44, kBar = 18, kBarsLeft = 14;
  const double height = kTop + kBottom + kRow * static_cast<double>(bars.size());
  const Scale scale(x, kBarsLeft, kWidth - kRight);
  std::string svg = open_svg(title, height) + draw_x_axis(x, scale, kBarsLeft, height);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double top = kTop + kRow * static_cast<double>(i);
    svg += text_at(kBarsLeft + 2, top + 15, "start", bars[i].label, "label");
    double sum = 0;
    for (std::size_t part = 0; part < bars[i].parts.size(); ++part) {
      const double begin = scale(sum);
      sum += bars[i].parts[part];
      svg += fmt::format(
          "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{}' class='c{}'>"
          "<title>{}: {:.2f}</title></rect>\n",
          begin, top + 20, scale(sum) - begin, kBar, part % kPlotColours, escaped(parts[part]),
          bars[i].parts[part]);
    }
  }
  return svg + "</svg>\n";
}

}  // namespace jpegwire
