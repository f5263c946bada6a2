#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/runs/distribution.hpp"
#include "bench/runs/matrix.hpp"
#include "bench/runs/run.hpp"
#include "bench/runs/spread.hpp"

namespace jpegwire {

/// Figures by name, as in the file of --json. Unknown figures are omitted.
using Figures = std::map<std::string, double, std::less<>>;
using FigureSpreads = std::map<std::string, Spread, std::less<>>;

/// How a figure is shown to the user.
struct FigureKind {
  std::string_view name;
  std::string_view title;
  std::string_view unit;
  int decimals = 1;
  bool more_is_better = false;
};

/// All figures, in the order in which they are shown.
std::span<const FigureKind> figure_kinds();

/// The kind with this name, which must exist.
const FigureKind& figure_kind(std::string_view name);

/// The ages of the frames of a run.
Distribution ages_of(const Run& run);

/// The figures of one successful run of a case.
Figures figures_of(const Run& run, const Case& one);

FigureSpreads spreads_of(const std::vector<Figures>& repetitions);

/// Only the medians of the figures.
Figures medians_of(const FigureSpreads& spreads);

}  // namespace jpegwire
