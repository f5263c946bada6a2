#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "codec/time.hpp"

namespace jpegwire {

/// Spreads the packets of a frame over a part of its interval, for networks whose queues cannot
/// hold a whole frame. Assumes the size of the previous frame. Has no clock; bound to one thread.
class SendPace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// How many of these packets may be sent now; if 0, more may be sent at next().
  std::size_t allows(std::size_t packets, Time now) const {
    // A frame much larger than the previous one gets no more time than others.
    const bool is_overdue = sent_bytes_ > 0 && now - begun_ > interval_ * kShare;
    if (frame_bytes_ == 0 || is_overdue) return packets;
    return now < next_ ? 0 : std::min(packets, kPacketsAtOnce);
  }

  Time next() const { return next_; }

  void sent(std::size_t bytes, Time now) {
    if (sent_bytes_ == 0) begun_ = now;
    sent_bytes_ += bytes;
    if (frame_bytes_ == 0) return;
    const double share = kShare * static_cast<double>(bytes) / static_cast<double>(frame_bytes_);
    next_ = std::max(next_, now) + std::chrono::duration_cast<Time::duration>(interval_ * share);
  }

  void end_frame(WallTime capture_time) {
    const microseconds since = capture_time - previous_capture_;
    if (since > microseconds{0} && since < std::chrono::seconds(1)) interval_ = since;
    previous_capture_ = capture_time;
    frame_bytes_ = sent_bytes_;
    sent_bytes_ = 0;
    next_ = {};
  }

 private:
  static constexpr std::size_t kPacketsAtOnce = 8;
  static constexpr double kShare = 0.6;  // of the interval

  microseconds interval_{33'333};
  WallTime previous_capture_{};
  std::size_t frame_bytes_ = 0;  // of the previous frame
  std::size_t sent_bytes_ = 0;
  Time begun_{};
  Time next_{};
};

}  // namespace jpegwire
