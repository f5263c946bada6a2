#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace jpegwire {

/// A place on a plot's axis that is named.
struct Tick {
  double value = 0;
  std::string label;
};

struct Axis {
  std::string title;
  std::vector<Tick> ticks;  // in order, at least two; the first and the last are the ends
  bool is_logarithmic = false;
};

/// An axis from 0 on, with round numbers, that takes in the greatest value.
Axis axis_from_zero(const std::string& title, double greatest);

/// A logarithmic axis between round numbers that takes in both values, which are above 0.
Axis axis_of_magnitudes(const std::string& title, double least, double greatest);

/// With a range, where the point's value has one.
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

/// Lines as an <svg> whose colours are the page's: series N is of the class cN.
std::string svg_lines(const std::string& title, const Axis& x, const Axis& y,
                      const std::vector<PlotSeries>& series);

/// A bar of parts that stand one behind the other.
struct StackedBar {
  std::string label;
  std::vector<double> parts;
};

/// Lying bars; part N is of the class cN.
std::string svg_stacked_bars(const std::string& title, const Axis& x,
                             const std::vector<std::string>& parts,
                             const std::vector<StackedBar>& bars);

/// How many colours a page has; the next series takes the first one again.
inline constexpr std::size_t kPlotColours = 8;

/// For text within HTML and SVG.
std::string escaped(const std::string& text);

}  // namespace jpegwire
