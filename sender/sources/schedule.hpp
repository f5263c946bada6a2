#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

#include "codec/time.hpp"

namespace jpegwire {

/// Waits until a file's frames are due according to their own times. Bound to one thread.
class Schedule {
 public:
  explicit Schedule(milliseconds max_delay) : max_delay_(max_delay) {}

  /// Waits until `time`, which is the frame's in its file, has passed since that of the first call,
  /// and returns the wall time of that moment, so that frames keep their intervals. A call that is
  /// later than the maximum delay follows a wait for viewers, or the source cannot keep up: then
  /// the frame is due now, and later ones are delayed by the same time. Returns nothing as soon as
  /// stop is requested.
  std::optional<WallTime> wait(microseconds time, std::stop_token stop);

  /// The next frame is the first of a file that is played again: it follows the last one as that
  /// followed the one before.
  void begin_round() { is_new_round_ = true; }

 private:
  using Clock = std::chrono::steady_clock;

  microseconds take(microseconds time_in_file);
  void begin(microseconds time);

  const milliseconds max_delay_;
  bool is_new_round_ = false;
  microseconds round_begin_{};  // to be added to the times in the file
  std::optional<microseconds> last_time_;
  microseconds interval_{33'333};  // between the last two frames; initially a guess
  std::optional<microseconds> first_time_;
  Clock::time_point first_due_{};
  WallTime first_wall_time_{};
  std::mutex mutex_;  // for the condition variable only
  std::condition_variable_any never_notified_;
};

}  // namespace jpegwire
