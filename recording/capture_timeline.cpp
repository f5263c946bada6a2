#include "recording/capture_timeline.hpp"

#include <chrono>

namespace jpegwire {
namespace {

WallTime first_place(WallTime capture_time, WallTime arrival, microseconds sender_ahead) {
  constexpr std::chrono::seconds kOldest{
      30};  // an older capture time, or one in the future, is wrong
  const WallTime taken = capture_time - sender_ahead;
  return taken <= arrival && arrival - taken < kOldest ? taken : arrival;
}

}  // namespace

WallTime CaptureTimeline::place(const ReceivedFrame& frame) {
  const std::optional<FrameStamp>& stamp = frame.stamp;
  if (!stamp) return frame.first_byte;
  const microseconds age_unknown = stamp->capture_time - frame.first_byte;
  return go_on(stamp->stream_id, stamp->capture_time, frame.first_byte,
               frame.sender_ahead.value_or(age_unknown));
}

WallTime CaptureTimeline::place(WallTime capture_time, WallTime now) {
  return go_on(0, capture_time, now, wall_now() - steady_now());
}

WallTime CaptureTimeline::go_on(std::uint64_t stream_id, WallTime capture_time, WallTime arrival,
                                microseconds sender_ahead) {
  const bool is_new = !last_ || last_->stream_id != stream_id;
  const WallTime placed = is_new ? first_place(capture_time, arrival, sender_ahead)
                                 : last_->placed + step_to(capture_time, arrival);
  last_ = {stream_id, capture_time, arrival, placed};
  return placed;
}

// A late frame may mean that the clock was set back, or that the network delayed it; in the second
// case later frames catch up, and that gain is due to the network and not to the clock.
microseconds CaptureTimeline::step_to(WallTime capture_time, WallTime arrival) {
  constexpr milliseconds kCaughtUp{100};
  const microseconds step = capture_time - last_->capture_time;
  const microseconds arrival_step = arrival - last_->arrival;
  const bool may_catch_up = held_up_ && arrival - *held_up_ < kLeap;
  const bool is_late = arrival_step - step > kLeap;
  const bool is_early = step - arrival_step > (may_catch_up ? kCaughtUp : kLeap);
  if (is_late) held_up_ = arrival;
  return step <= microseconds::zero() || is_late || is_early ? arrival_step : step;
}

}  // namespace jpegwire
