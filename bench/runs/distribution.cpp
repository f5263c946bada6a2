#include "bench/runs/distribution.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace jpegwire {

void Distribution::add(const nlohmann::json& age_ms, double frames) {
  if (!age_ms.is_object() || !age_ms.contains("cdf") || !age_ms["cdf"].is_array()) return;
  const nlohmann::json& values = age_ms["cdf"];
  if (values.size() < 2 || frames <= 0) return;
  Part part{{}, frames};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_number()) return;
    part.points.push_back(
        {values[i].get<double>(), static_cast<double>(i) / static_cast<double>(values.size() - 1)});
  }
  constexpr double kNinetyNine = 0.99;
  if (age_ms.contains("p99") && age_ms["p99"].is_number())
    part.points.push_back({age_ms["p99"].get<double>(), kNinetyNine});
  std::ranges::sort(part.points, {}, &Point::share);
  parts_.push_back(std::move(part));
}

void Distribution::add(const Distribution& other) {
  parts_.insert(parts_.end(), other.parts_.begin(), other.parts_.end());
}

double Distribution::Part::share_up_to(double value) const {
  const auto above = std::ranges::upper_bound(points, value, {}, &Point::value);
  if (above == points.end()) return 1;
  if (above == points.begin()) return 0;
  const Point& below = *(above - 1);
  return below.share +
         (above->share - below.share) * (value - below.value) / (above->value - below.value);
}

double Distribution::share_up_to(double value) const {
  double weighted = 0, weights = 0;
  for (const Part& part : parts_) {
    weighted += part.weight * part.share_up_to(value);
    weights += part.weight;
  }
  return weighted / weights;
}

// Bisection: the share increases with the value.
std::optional<double> Distribution::percentile(double percent) const {
  if (parts_.empty()) return std::nullopt;
  constexpr int kHalves = 50;
  double low = parts_.front().points.front().value;
  double high = parts_.front().points.back().value;
  for (const Part& part : parts_) {
    low = std::min(low, part.points.front().value);
    high = std::max(high, part.points.back().value);
  }
  for (int i = 0; i < kHalves; ++i) {
    const double middle = (low + high) / 2;
    (share_up_to(middle) < percent / 100 ? low : high) = middle;
  }
  return high;
}

}  // namespace jpegwire
