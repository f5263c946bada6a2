#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "net/stream/frame_stamp.hpp"

namespace jpegwire {

/// How far the sender's clock is ahead of this machine's, from the echoes in its stamps, as RTCP
/// does it with LSR and DLSR (RFC 3550, section 6.4.1): the round trip is the time since our report
/// less the time that the sender held it, and the sender wrote the stamp half a round trip ago. Of
/// the latest echoes the one with the shortest round trip is believed, since it waited the least.
class ClockOffset {
 public:
  ClockOffset() = default;

  /// An echo from before `first_report` is no answer to us: the frame is a recorded one.
  explicit ClockOffset(WallTime first_report) : first_report_(first_report) {}

  /// A stamp whose first bytes came at `arrival`. One without an echo, or with one that cannot be,
  /// says nothing. One that contradicts what was believed shows that a clock was set: then it alone
  /// counts.
  void observe(const FrameStamp& stamp, WallTime arrival);

  /// The sender's clock less ours; nothing before the first echo.
  std::optional<microseconds> sender_ahead() const;

 private:
  struct Sample {
    microseconds round_trip{};
    microseconds ahead{};
  };

  static constexpr std::size_t kSamples = 32;  // some 8 s of reports

  std::array<Sample, kSamples> samples_{};
  std::size_t count_ = 0;
  bool contradicts(const Sample& sample) const;
  const Sample& best() const;

  WallTime first_report_{};
  WallTime last_echo_{};
};

}  // namespace jpegwire
