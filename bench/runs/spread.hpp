#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

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

}  // namespace jpegwire
