#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace jpegwire {

/// A labelled position on an axis.
struct Tick {
  double value = 0;
  std::string label;
};

struct Axis {
  std::string title;
  std::vector<Tick> ticks;  // in order, at least two; the first and the last are the ends
  bool is_logarithmic = false;
};

/// An axis from 0 to at least the greatest value, with round numbers.
Axis axis_from_zero(const std::string& title, double greatest);

/// A logarithmic axis between round numbers that includes both values, which must be above 0.
Axis axis_of_magnitudes(const std::string& title, double least, double greatest);

/// A point, with the range of its value if it has one.
struct PlotPoint {
  double x = 0;
  double y = 0;
  double least = 0;
  double greatest = 0;
  bool has_range = false;
};

struct PlotSeries {
  std::string name;
  std::vector<PlotPoint> points;
  bool has_marks = true;  // a circle at each point
};

/// The names of the series for a legend; empty for a single series.
std::vector<std::string> legend_of(const std::vector<PlotSeries>& series);

/// The greatest value of all points and their ranges; 0 without a point.
double greatest_y(const std::vector<PlotSeries>& series);

/// Lines as an <svg>. The page's CSS sets the colours: series N has the class cN.
std::string svg_lines(const std::string& title, const Axis& x, const Axis& y,
                      const std::vector<PlotSeries>& series);

/// A bar of adjacent parts.
struct StackedBar {
  std::string label;
  std::vector<double> parts;
};

/// Horizontal bars; part N has the class cN.
std::string svg_stacked_bars(const std::string& title, const Axis& x,
                             const std::vector<std::string>& parts,
                             const std::vector<StackedBar>& bars);

/// The number of colours on a page; further series start again with the first colour.
inline constexpr std::size_t kPlotColours = 8;

/// Escapes text for HTML and SVG.
std::string escaped(const std::string& text);

}  // namespace jpegwire
