#pragma once

#include <algorithm>
#include <utility>

#include "codec/time.hpp"

namespace jpegwire {

/// The time between the frames of a stream, from their capture times, smoothed. Pauses do not
/// count. Bound to one thread.
class FrameInterval {
 public:
  FrameInterval() = default;
  explicit FrameInterval(microseconds first) : interval_(first) {}

  void note(WallTime capture_time) {
    constexpr std::chrono::seconds kLongest{1};
    const microseconds since = capture_time - std::exchange(last_, capture_time);
    if (since <= microseconds::zero() || since > kLongest) return;
    interval_ = std::max((7 * interval_ + since) / 8, microseconds{1000});
  }

  microseconds get() const { return interval_; }

 private:
  microseconds interval_{33'333};
  WallTime last_{};
};

}  // namespace jpegwire
