#include "bench/runs/spread.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace jpegwire {
namespace {

constexpr double kMaxRepetitions = 1e9;  // fits into an int

double rounded(double value) { return std::round(value * 10'000) / 10'000; }

}  // namespace

std::optional<Spread> spread_of(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return Spread{median, values.front(), values.back(), static_cast<int>(values.size())};
}

std::string to_text(const Spread& spread, int decimals) {
  if (spread.repetitions < 2) return fmt::format("{:.{}f} (one run)", spread.median, decimals);
  return fmt::format("{:.{}f} ({:.{}f}-{:.{}f})", spread.median, decimals, spread.least, decimals,
                     spread.greatest, decimals);
}

nlohmann::json to_json(const Spread& spread) {
  return {{"median", rounded(spread.median)},
          {"least", rounded(spread.least)},
          {"greatest", rounded(spread.greatest)},
          {"repetitions", spread.repetitions}};
}

std::optional<Spread> read_spread(const nlohmann::json& json) {
  if (!json.is_object()) return std::nullopt;
  for (const char* name : {"median", "least", "greatest", "repetitions"})
    if (!json.contains(name) || !json[name].is_number()) return std::nullopt;
  const auto repetitions = json["repetitions"].get<double>();
  if (!(repetitions >= 1 && repetitions <= kMaxRepetitions)) return std::nullopt;
  return Spread{json["median"].get<double>(), json["least"].get<double>(),
                json["greatest"].get<double>(), static_cast<int>(repetitions)};
}

bool have_noise(const Spread& earlier, const Spread& later) {
  return earlier.repetitions > 1 && later.repetitions > 1;
}

bool differs_beyond_noise(const Spread& earlier, const Spread& later) {
  constexpr double kMinChange = 0.01;
  if (!have_noise(earlier, later)) return false;
  const bool overlap = earlier.least <= later.greatest && later.least <= earlier.greatest;
  const double change = std::abs(later.median - earlier.median);
  return !overlap && change > std::max(earlier.range(), later.range()) &&
         change > kMinChange * std::abs(earlier.median);
}

}  // namespace jpegwire
