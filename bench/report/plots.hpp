#pragma once

#include <string>
#include <vector>

#include "bench/runs/results.hpp"

namespace jpegwire {

/// A plot of the report. If there is nothing to draw, `svg` is empty.
struct Plot {
  std::string title;
  std::string note;
  std::string svg;
  std::vector<std::string> legend;  // in the order of the colours; empty for a single series
};

/// The age of frames as a cumulative distribution, one line per case.
Plot plot_ages(const Results& results);

/// Frame rate against resolution.
Plot plot_rates(const Results& results);

/// CPU per frame by stage, one stacked bar per case.
Plot plot_cpu(const Results& results);

/// Age against the number of viewers.
Plot plot_age_by_viewers(const Results& results);

/// If the rate of the link changes: rates, budget, quality, frame rate and age over the time of the
/// first run of each case. A plot without data is empty.
std::vector<Plot> plots_over_time(const Results& results);

}  // namespace jpegwire
