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
///
/// A clock may be set at any time. A stamp that the estimate makes arrive before it was sent, or
/// that was sent before an earlier one, shows that: the offset is unknown until the next echo. A
/// frame that is late is no such sign.
class ClockOffset {
 public:
  ClockOffset() = default;

  /// An echo from before `first_report` is not for us: the frame was recorded.
  explicit ClockOffset(WallTime first_report) : first_report_(first_report) {}

  /// A stamp whose first byte arrived at `arrival`. An echo that contradicts the estimate replaces
  /// it only together with others, or with stamps that contradict it too.
  void observe(const FrameStamp& stamp, WallTime arrival);

  /// The sender's clock minus ours, for the times of the stamp observed last; nothing before the
  /// first echo, if this stamp contradicts the estimate, or if its capture time and its send time
  /// are from before and after the clock was set.
  std::optional<microseconds> sender_ahead() const;

 private:
  struct Sample {
    microseconds round_trip{};
    microseconds ahead{};
    WallTime arrival{};
  };

  /// The recent samples, the oldest of which is replaced first.
  template <std::size_t kSize>
  struct Samples {
    std::array<Sample, kSize> ring{};
    std::size_t count = 0;  // ever added

    void add(const Sample& sample) { ring[count++ % kSize] = sample; }
    bool empty() const { return count == 0; }
    const Sample& best() const;
    Sample& newest() { return ring[(count - 1) % kSize]; }
  };

  static constexpr std::size_t kSamples = 32;  // the best of each interval, for 8 s
  static constexpr milliseconds kInterval{250};
  static constexpr std::size_t kContradictions = 3;  // so many replace the estimate

  static bool contradict(const Sample& a, const Sample& b);
  std::optional<Sample> sample_of(const FrameStamp& stamp, WallTime arrival);
  void judge(const FrameStamp& stamp, WallTime arrival);
  bool is_possible(const FrameStamp& stamp, WallTime arrival) const;
  void believe(const Sample& sample);
  void add(const Sample& sample, const FrameStamp& stamp);
  void begin_again(const FrameStamp& stamp);

  Samples<kSamples> believed_;
  WallTime interval_begin_{};        // of the newest of these
  Samples<kContradictions> others_;  // in a row, which agree with each other and not with these
  std::size_t doubts_ = 0;           // stamps in a row that contradict the estimate
  WallTime first_doubted_{};         // when the first of these was sent
  WallTime last_sent_{};             // of the stamps that do not
  WallTime last_judged_{};           // when the stamp observed last was sent
  WallTime clock_begin_{};           // times of the sender before this are from before it was set
  bool is_capture_on_clock_ = true;  // of the stamp observed last

  WallTime first_report_{};
  WallTime last_echo_{};
};

}  // namespace jpegwire
