#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

namespace jpegwire {

/// When the frames of a rate are due, by the steady clock. Bound to one thread.
class FrameSchedule {
 public:
  using Clock = std::chrono::steady_clock;

  /// 0, and any value that is not a valid rate, makes every moment due.
  explicit FrameSchedule(double frames_per_second);

  Clock::duration interval() const { return interval_; }

  /// When the next frame is due: the first one now. Being late by a whole frame or more restarts
  /// the schedule: missed frames are skipped, not made up for.
  Clock::time_point next_due(Clock::time_point now) const;

  /// Whether to take a frame of this time from a source that gives more: the first one within half
  /// an interval of when the next one is due.
  bool is_due(Clock::time_point time) const { return time + interval_ / 2 >= next_due(time); }

  /// The same, and if so, that frame is done.
  bool take(Clock::time_point time) {
    const bool is_taken = is_due(time);
    if (is_taken) advance(next_due(time));
    return is_taken;
  }

  /// The frame that was due then is done.
  void advance(Clock::time_point due) { last_due_ = due; }

 private:
  Clock::duration interval_;
  std::optional<Clock::time_point> last_due_;
};

/// Paces a loop at a frame rate, by the steady clock. Bound to one thread.
class Pacer {
 public:
  /// 0, and any value that is not a valid rate, never waits.
  explicit Pacer(double frames_per_second);

  /// Waits until the next frame is due. Returns false as soon as stop is requested.
  bool wait(std::stop_token stop);

 private:
  FrameSchedule schedule_;
  std::mutex mutex_;  // for the condition variable only
  std::condition_variable_any never_notified_;
};

}  // namespace jpegwire
