#pragma once

#include <algorithm>
#include <utility>

#include "codec/time.hpp"

namespace jpegwire {

/// The time between the frames of a stream, from their capture times. Frames may be missing, so
/// long intervals do not count. Bound to one thread.
class FrameInterval {
 public:
  void note(WallTime capture_time) {
    constexpr microseconds kLongest{150'000};
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
