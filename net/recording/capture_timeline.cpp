#include "net/recording/capture_timeline.hpp"

#include <chrono>

namespace jpegwire {

WallTime CaptureTimeline::place(const ReceivedFrame& frame) {
  const std::optional<FrameStamp>& stamp = frame.jpeg.layout.stamp;
  if (!stamp) return frame.first_byte;
  const bool is_new = stream_id_ != stamp->stream_id;
  const bool has_leapt =
      frame.sender_ahead && std::chrono::abs(*frame.sender_ahead - sender_ahead_) > kLeap;
  if (is_new || has_leapt)
    sender_ahead_ = frame.sender_ahead.value_or(stamp->capture_time - frame.first_byte);
  stream_id_ = stamp->stream_id;
  return stamp->capture_time - sender_ahead_;
}

}  // namespace jpegwire
