#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/runs/distribution.hpp"
#include "bench/runs/matrix.hpp"
#include "bench/runs/run.hpp"

namespace jpegwire {

/// The median and range of a figure over the repetitions of a case.
struct Spread {
  double median = 0;
  double least = 0;
  double greatest = 0;
  int repetitions = 0;

  double range() const { return greatest - least; }
};

/// Nothing if there are no values.
std::optional<Spread> spread_of(std::vector<double> values);

/// "29.9 (29.8-30.0)", or "29.9 (one run)".
std::string to_text(const Spread& spread, int decimals);

nlohmann::json to_json(const Spread& spread);

/// Reads the output of to_json(); nothing for other values.
std::optional<Spread> read_spread(const nlohmann::json& json);

/// Whether both have at least two repetitions, so that their variation is known.
bool have_noise(const Spread& earlier, const Spread& later);

/// Whether the later figure differs from the earlier one by more than the variation of both, and by
/// at least 1 %.
bool differs_beyond_noise(const Spread& earlier, const Spread& later);

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
