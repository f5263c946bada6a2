#include "viewer/camera/pause_watch.hpp"

#include <ctime>

namespace jpegwire {

// The steady clock stands still while the machine sleeps.
PauseMoment PauseMoment::now() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  const auto since_boot =
      std::chrono::seconds(time.tv_sec) +
      std::chrono::duration_cast<microseconds>(std::chrono::nanoseconds(time.tv_nsec));
  return {.steady = steady_now(), .since_boot = since_boot};
}

void PauseWatch::tick(PauseMoment now) {
  const std::scoped_lock lock(mutex_);
  if (last_tick_) check(now);
  last_tick_ = now.since_boot;
}

void PauseWatch::end() {
  const std::scoped_lock lock(mutex_);
  last_tick_.reset();
}

std::optional<WallTime> PauseWatch::resumed(PauseMoment now) {
  const std::scoped_lock lock(mutex_);
  if (last_tick_) check(now);
  return resumed_;
}

void PauseWatch::check(PauseMoment now) {
  if (now.since_boot - *last_tick_ <= kTick + kLate) return;
  last_tick_ = now.since_boot;
  resumed_ = now.steady;
}

void WaitedFrames::note(std::optional<WallTime> resumed) {
  if (resumed == resumed_) return;
  resumed_ = resumed;
  emptied_.reset();
}

void WaitedFrames::all_was_read(WallTime now, std::optional<WallTime> resumed) {
  note(resumed);
  if (resumed_ && !emptied_) emptied_ = now;
}

// If its capture time is known, so are the frames that waited at the sender, because this process
// did not read.
bool WaitedFrames::has_waited(const FrameOrigin& frame, std::optional<WallTime> resumed) {
  note(resumed);
  if (!resumed_ || frame.first_byte > *resumed_ + kLongestRead) return false;
  if (!emptied_ || frame.first_byte <= *emptied_) return true;
  const std::optional<WallTime> captured = frame.capture_time();
  return captured && *captured < *resumed_;
}

}  // namespace jpegwire
