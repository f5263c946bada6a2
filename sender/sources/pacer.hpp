#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

namespace jpegwire {

/// Paces a loop at a frame rate, by the steady clock. Bound to one thread.
class Pacer {
 public:
  /// 0, and any value that is not a valid rate, never waits.
  explicit Pacer(double frames_per_second);

  /// Waits until the next frame is due; the first one is due at once and sets the schedule. A call
  /// that is late by a whole frame or more restarts the schedule: missed frames are skipped, not
  /// made up for. Returns false as soon as stop is requested.
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
