#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "net/stream/frame_stamp.hpp"

namespace jpegwire {

/// The sender's clock minus this machine's, estimated from the echoes in its stamps as in RTCP with
/// LSR and DLSR (RFC 3550, section 6.4.1): the round trip is the time since our report minus the
/// time that the sender held it, and the sender wrote the stamp half a round trip ago. Of the
/// recent echoes the one with the shortest round trip counts, since it waited the least.
class ClockOffset {
 public:
  ClockOffset() = default;

  /// An echo from before `first_report` is not for us: the frame was recorded.
  explicit ClockOffset(WallTime first_report) : first_report_(first_report) {}

  /// A stamp whose first byte arrived at `arrival`. It is ignored if it has no echo or an
  /// impossible one. If it contradicts the estimate, a clock was set, and all earlier stamps are
  /// forgotten.
  void observe(const FrameStamp& stamp, WallTime arrival);

  /// The sender's clock minus ours; nothing before the first echo.
  std::optional<microseconds> sender_ahead() const;

 private:
  struct Sample {
    microseconds round_trip{};
    microseconds ahead{};
  };

  static constexpr std::size_t kSamples = 32;  // about 8 s of reports

  std::array<Sample, kSamples> samples_{};
  std::size_t count_ = 0;
  bool contradicts(const Sample& sample) const;
  const Sample& best() const;

  WallTime first_report_{};
  WallTime last_echo_{};
};

}  // namespace jpegwire
