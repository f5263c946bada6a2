#include "sender/sources/schedule.hpp"

#include <utility>

namespace jpegwire {

std::optional<WallTime> Schedule::wait(microseconds time_in_file, std::stop_token stop) {
  const microseconds time = take(time_in_file);
  const bool is_late =
      first_time_ && Clock::now() - (first_due_ + (time - *first_time_)) > max_delay_;
  if (!first_time_ || is_late) begin(time);
  const microseconds since_first = time - *first_time_;
  std::unique_lock lock(mutex_);
  never_notified_.wait_until(lock, stop, first_due_ + since_first, [] { return false; });
  if (stop.stop_requested()) return std::nullopt;
  return first_wall_time_ + since_first;
}

/// The frame's time since the beginning, earlier rounds included.
microseconds Schedule::take(microseconds time_in_file) {
  if (std::exchange(is_new_round_, false) && last_time_)
    round_begin_ = *last_time_ + interval_ - time_in_file;
  const microseconds time = round_begin_ + time_in_file;
  if (last_time_ && time > *last_time_) interval_ = time - *last_time_;
  last_time_ = time;
  return time;
}

void Schedule::begin(microseconds time) {
  first_time_ = time;
  first_due_ = Clock::now();
  first_wall_time_ = wall_now();
}

}  // namespace jpegwire
