#include "net/stream/clock_offset.hpp"

#include <algorithm>

namespace jpegwire {

void ClockOffset::observe(const FrameStamp& stamp, WallTime arrival) {
  if (stamp.echo == WallTime{} || stamp.echo == last_echo_ || stamp.echo < first_report_) return;
  const microseconds round_trip = arrival - stamp.echo - stamp.echo_hold;
  if (round_trip < microseconds::zero()) return;
  last_echo_ = stamp.echo;
  const Sample sample{round_trip, stamp.send_time + round_trip / 2 - arrival};
  if (contradicts(sample)) count_ = 0;
  samples_[count_++ % kSamples] = sample;
}

// The offset is within half a round trip of each sample, and clocks drift little within seconds.
bool ClockOffset::contradicts(const Sample& sample) const {
  constexpr microseconds kDrift{2000};
  if (count_ == 0) return false;
  const microseconds tolerance = (sample.round_trip + best().round_trip) / 2 + kDrift;
  return std::chrono::abs(sample.ahead - best().ahead) > tolerance;
}

const ClockOffset::Sample& ClockOffset::best() const {
  const auto end = samples_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, kSamples));
  return *std::min_element(samples_.begin(), end, [](const Sample& a, const Sample& b) {
    return a.round_trip < b.round_trip;
  });
}

std::optional<microseconds> ClockOffset::sender_ahead() const {
  if (count_ == 0) return std::nullopt;
  return best().ahead;
}

}  // namespace jpegwire
