#pragma once

#include <cstdint>
#include <optional>

#include "net/received_frame.hpp"

namespace jpegwire {

/// Tells when received frames were taken, on this machine's clock, so that the differences are the
/// sender's own: what of the difference of the clocks is known when a stream begins is kept, as a
/// better estimate later would be a leap in the recording. Only where the two differ by more than
/// kLeap has one of the clocks been set, and the newer one counts. Bound to one thread.
class CaptureTimeline {
 public:
  static constexpr milliseconds kLeap{1000};

  /// A frame without a stamp was taken when its first byte came; the first one of a stream too
  /// where the difference of the clocks is not known yet.
  WallTime place(const ReceivedFrame& frame);

 private:
  std::optional<std::uint64_t> stream_id_;
  microseconds sender_ahead_{};
};

}  // namespace jpegwire
