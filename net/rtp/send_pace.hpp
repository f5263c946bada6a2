#pragma once

#include <algorithm>
#include <cstddef>

#include "codec/time.hpp"

namespace jpegwire {

/// Spreads the packets of a frame over time, for links whose queues cannot hold a whole frame: at a
/// rate, over a part of the frame's interval, or both, whichever is slower. No frame takes longer
/// than its interval because of it. Has no clock; bound to one thread.
class SendPace {
 public:
  /// What is known when a frame begins.
  struct Frame {
    microseconds interval{};    // between frames
    double most_rate = 0;       // bytes per second; 0: no limit
    double expected_bytes = 0;  // about so many will be sent; 0: unknown
  };

  /// With `is_spread`, each frame is sent over 0.6 of its interval at least.
  explicit SendPace(bool is_spread) : is_spread_(is_spread) {}

  void begin_frame(const Frame& frame, SteadyTime now);

  /// How many of these packets may be sent now; if 0, more may be sent at next().
  std::size_t allows(std::size_t packets, SteadyTime now) const;

  SteadyTime next() const { return std::min(next_, until_); }

  void sent(std::size_t bytes, SteadyTime now);

 private:
  const bool is_spread_;
  double rate_ = 0;     // of the current frame, bytes per second; 0: no limit
  SteadyTime until_{};  // it is paced
  SteadyTime next_{};
};

}  // namespace jpegwire
