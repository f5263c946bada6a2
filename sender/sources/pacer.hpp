#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

namespace jpegwire {

/// Beats at a frame rate, on the steady clock. Bound to one thread.
class Pacer {
 public:
  /// 0 (and anything that is no rate) never waits.
  explicit Pacer(double frames_per_second);

  /// Waits until the next frame is due; the first one is due at once, and sets the beat. A caller
  /// that comes late by a whole frame or more starts a new beat: what it missed is skipped, not
  /// made up for. False at once when stop is requested, also while it waits.
  bool wait(std::stop_token stop);

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point next_due(Clock::time_point now) const;

  Clock::duration interval_;
  std::optional<Clock::time_point> last_due_;
  std::mutex mutex_;  // for the condition variable only
  std::condition_variable_any never_notified_;
};

}  // namespace jpegwire
