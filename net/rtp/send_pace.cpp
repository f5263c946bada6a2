#include "net/rtp/send_pace.hpp"

#include <algorithm>

#include "net/rtp/jpeg_packetizer.hpp"

namespace jpegwire {
namespace {

constexpr double kSpreadShare = 0.6;     // of the interval
constexpr double kLongestShare = 0.9;    // likewise; what is left then is sent at once
constexpr double kMaxCarriedOver = 0.1;  // likewise; of what was sent faster than the rate
constexpr double kAtOnce = 0.001;        // seconds of the rate; timers are not more precise
constexpr std::size_t kMaxAtOnce = 64;   // packets
constexpr milliseconds kMaxBehind{1};    // that a late timer may catch up with

SteadyTime::duration duration_of(double seconds) {
  return std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

void SendPace::begin_frame(const Frame& frame, SteadyTime now) {
  const double interval = to_seconds(frame.interval);
  rate_ = frame.most_rate;
  if (is_spread_ && frame.expected_bytes > 0) {
    const double spread = frame.expected_bytes / (kSpreadShare * interval);
    rate_ = rate_ > 0 ? std::min(rate_, spread) : spread;
  }
  if (rate_ > 0) rate_ = std::max(rate_, frame.expected_bytes / (kLongestShare * interval));
  until_ = now + duration_of(kLongestShare * interval);
  next_ = std::clamp(next_, now, now + duration_of(kMaxCarriedOver * interval));
}

std::size_t SendPace::allows(std::size_t packets, SteadyTime now) const {
  if (rate_ <= 0 || now >= until_) return packets;
  if (now < next()) return 0;
  const double most = kAtOnce * rate_ / static_cast<double>(kDefaultMtuBytes);
  return std::min(packets, std::clamp(static_cast<std::size_t>(most), std::size_t{1}, kMaxAtOnce));
}

void SendPace::sent(std::size_t bytes, SteadyTime now) {
  if (rate_ <= 0) return;
  next_ = std::max(next_, now - kMaxBehind) + duration_of(static_cast<double>(bytes) / rate_);
}

}  // namespace jpegwire
