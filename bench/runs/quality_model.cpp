#include "bench/runs/quality_model.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace jpegwire {
namespace {

struct Cost {
  double quality = 0;
  double encode_time = 0;
  double size = 0;
};

constexpr std::array kCosts = std::to_array<Cost>({{1, 0.68, 0.14},
                                                   {30, 0.80, 0.42},
                                                   {50, 0.85, 0.59},
                                                   {60, 0.89, 0.69},
                                                   {70, 0.94, 0.79},
                                                   {80, 1.00, 1.00},
                                                   {90, 1.13, 1.60},
                                                   {95, 1.38, 2.80},
                                                   {100, 2.10, 6.35}});

/// Linear between the measured qualities.
double interpolated(int quality, double Cost::* cost) {
  const double wanted = std::clamp(static_cast<double>(quality), 1.0, 100.0);
  const auto above = std::max(std::ranges::lower_bound(kCosts, wanted, {}, &Cost::quality),
                              std::next(kCosts.begin()));
  const Cost& from = *std::prev(above);
  const double way = (wanted - from.quality) / (above->quality - from.quality);
  return from.*cost + way * ((*above).*cost - from.*cost);
}

}  // namespace

double relative_encode_time(int quality) { return interpolated(quality, &Cost::encode_time); }
double relative_size(int quality) { return interpolated(quality, &Cost::size); }

}  // namespace jpegwire
