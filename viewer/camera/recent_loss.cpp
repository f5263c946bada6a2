#include "viewer/camera/recent_loss.hpp"

#include <algorithm>

namespace jpegwire {

void RecentLoss::add(SteadyTime now, std::int64_t arrived, std::int64_t lost) {
  const std::int64_t number = number_at(now);
  Step& step = steps_[static_cast<std::size_t>(number) % kSteps];
  if (step.number != number) step = {.number = number};
  step.arrived += arrived;
  step.lost += lost;
}

std::optional<double> RecentLoss::percent(SteadyTime now) const {
  const std::int64_t first = number_at(now) - static_cast<std::int64_t>(kSteps) + 1;
  std::int64_t arrived = 0;
  std::int64_t lost = 0;
  for (const Step& step : steps_) {
    if (step.number < first) continue;
    arrived += step.arrived;
    lost += step.lost;
  }
  lost = std::max<std::int64_t>(lost, 0);
  if (arrived + lost <= 0) return std::nullopt;
  return 100 * static_cast<double>(lost) / static_cast<double>(arrived + lost);
}

}  // namespace jpegwire
