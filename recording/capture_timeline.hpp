#pragma once

#include <cstdint>
#include <optional>

#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// Converts the capture times of a stream's frames to steady_now()'s clock and keeps the
/// differences between them. The offset of the clocks that is known when a stream begins is kept,
/// because a better estimate later would make a leap in the recording. Setting a clock makes no
/// leap either: if the step from one capture time to the next is negative, or differs from that of
/// the arrivals by more than kLeap, the step of the arrivals is used. So times never decrease
/// within a stream, whatever its stamps say. Bound to one thread.
class CaptureTimeline {
 public:
  static constexpr milliseconds kLeap{1000};

  /// The capture time of a received frame. It is the arrival of the first byte if the frame has no
  /// stamp, and for the first frame of a stream if the offset of the clocks is unknown or
  /// implausible.
  WallTime place(const ReceivedFrame& frame);

  /// The capture time of a frame of this program's own source; `now` is steady_now().
  WallTime place(WallTime capture_time, WallTime now);

 private:
  struct Last {
    std::uint64_t stream_id = 0;
    WallTime capture_time{};
    WallTime arrival{};
    WallTime placed{};
  };

  WallTime go_on(std::uint64_t stream_id, WallTime capture_time, WallTime arrival,
                 microseconds sender_ahead);
  microseconds step_to(WallTime capture_time, WallTime arrival);

  std::optional<Last> last_;
  std::optional<WallTime> held_up_;  // arrival of a frame that the network may have delayed
};

}  // namespace jpegwire
