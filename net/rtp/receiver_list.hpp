#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "net/rtp/format/rtcp.hpp"
#include "net/rtp/format/rtcp_reader.hpp"

namespace jpegwire {

/// The receivers that report on a stream. Those that hear it come first: a receiver that reports
/// the time of one of the latest sender reports has received that report (LSR, RFC 3550, section
/// 6.4.1), which others can only guess. If there are too many, one that does not hear the stream
/// gives way, and among those the one that has been silent for the longest. Bound to one thread.
class ReceiverList {
 public:
  static constexpr std::size_t kMaxReceivers = 256;

  /// Reports about other streams than `ssrc` count as those of strangers.
  explicit ReceiverList(std::uint32_t ssrc) : ssrc_(ssrc) {}

  /// A sender report with this to_compact() of its time was sent.
  void note_sent(std::uint32_t compact_time);

  /// Takes a receiver's report. True if the receiver is new.
  bool note(const RtcpCompound& report, WallTime arrival);

  /// The echoes of the receivers' reference times (RFC 3611, section 4.5), as many as one packet
  /// can hold, valid until the next call: of those that hear the stream first, and then in turn.
  /// Receivers that have been silent for long are forgotten.
  std::span<const ReferenceTimeEcho> echoes(WallTime now);

  /// Whether the receiver with this SSRC hears the stream.
  bool hears(std::uint32_t ssrc, WallTime now) const;

  /// Whether this holds for the SSRC of each.
  bool all_of(const std::function<bool(std::uint32_t ssrc)>& holds) const;

  /// The number of receivers.
  std::size_t size() const { return receivers_.size(); }

 private:
  struct Receiver {
    std::uint32_t ssrc = 0;
    std::uint32_t last_reference = 0;  // 0: none
    WallTime reference_arrival{};
    WallTime last_report{};
    WallTime last_heard{};  // when it last reported that it hears the stream
    WallTime last_echo{};   // that was sent to it

    bool hears(WallTime now) const;
  };

  Receiver* find_or_add(std::uint32_t ssrc, bool hears, WallTime now);
  bool is_heard_by(const RtcpCompound& report) const;

  const std::uint32_t ssrc_;
  std::array<std::uint32_t, 16> sent_{};  // the times of the latest sender reports
  std::size_t sent_count_ = 0;
  std::vector<Receiver> receivers_;
  std::vector<ReferenceTimeEcho> echoes_;
};

}  // namespace jpegwire
