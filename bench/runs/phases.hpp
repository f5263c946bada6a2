#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/runs/figures.hpp"
#include "bench/runs/matrix.hpp"
#include "bench/runs/run.hpp"

namespace jpegwire {

/// A frame that a viewer decoded to show it.
struct TimedFrame {
  double seconds = 0;  // since the beginning of the measured time; negative before it
  std::optional<double> age_ms{};
};

/// The frames of a viewer's `timeline` (docs/protocol.md), in order; nothing if its summary has
/// none. Invalid entries are left out.
std::optional<std::vector<TimedFrame>> timeline_of(const nlohmann::json& viewer, const Run& run);

/// The time for which the link has one rate, or the whole measured time.
struct Phase {
  std::string rate;  // "5 Mbit/s", or "whole run"
  double begin_seconds = 0;
  double end_seconds = 0;
  FigureSpreads figures{};  // fps, age_p50_ms, age_p99_ms, age_max_ms, as far as they are known

  /// "5 Mbit/s, 8 to 16 s".
  std::string label() const;
};

/// The figures of each rate of the link, in order, and then those of the whole run. Empty unless
/// the rate changes and there is a run.
std::vector<Phase> phases_of(const Case& one, const std::vector<Run>& runs);

nlohmann::json to_json(const std::vector<Phase>& phases);

}  // namespace jpegwire
