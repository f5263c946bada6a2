#pragma once

#include <cstdint>
#include <optional>

#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// Tells when the frames of a stream were taken, on steady_now()'s clock, so that the differences
/// are those of the capture times. What of the difference of the clocks is known when a stream
/// begins is kept, as a better estimate later would be a leap in the recording. A clock that is set
/// meanwhile makes none either: where the step from one capture time to the next goes back, or
/// differs from that of the arrivals by more than kLeap, the arrivals' counts. So times never go
/// back within a stream, whatever its stamps say. Bound to one thread.
class CaptureTimeline {
 public:
  static constexpr milliseconds kLeap{1000};

  /// A frame that came. One without a stamp was taken when its first byte came; the first one of a
  /// stream too, where the difference of the clocks is not known yet, or cannot be true.
  WallTime place(const ReceivedFrame& frame);

  /// A frame of this program's own source, which comes at `now` (steady_now()).
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
  std::optional<WallTime> held_up_;  // when a frame came that may have waited on its way
};

}  // namespace jpegwire
