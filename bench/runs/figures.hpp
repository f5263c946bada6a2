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

/// By their names, which are those of the file of --json. What is not known is not there.
using Figures = std::map<std::string, double, std::less<>>;
using FigureSpreads = std::map<std::string, Spread, std::less<>>;

/// How a figure is told to people.
struct FigureKind {
  std::string_view name;
  std::string_view title;
  std::string_view unit;
  int decimals = 1;
  bool more_is_better = false;
};

/// All figures, in the order in which people want to know them.
std::span<const FigureKind> figure_kinds();

/// The kind of that name, which must be one of them.
const FigureKind& figure_kind(std::string_view name);

/// The ages of a run's frames.
Distribution ages_of(const Run& run);

/// Of a run of a case that all went well.
Figures figures_of(const Run& run, const Case& one);

FigureSpreads spreads_of(const std::vector<Figures>& repetitions);

/// The medians alone.
Figures medians_of(const FigureSpreads& spreads);

}  // namespace jpegwire
