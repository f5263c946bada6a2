#include "net/rtp/fec/fec_policy.hpp"

#include <algorithm>

namespace jpegwire {

void FecPolicy::report(std::uint8_t fraction_lost, WallTime now) {
  last_reported_[fraction_lost] = now;
}

int FecPolicy::percent(WallTime now) const {
  int worst = 255;
  while (worst > 0 && last_reported_[static_cast<std::size_t>(worst)] < now - kMemory) --worst;
  if (worst == 0) return 0;
  const int three_times_percent = (300 * worst + 255) / 256;  // rounded up
  return std::clamp(three_times_percent + 5, 10, 50);
}

}  // namespace jpegwire
