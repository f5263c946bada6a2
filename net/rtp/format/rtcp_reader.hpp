#pragma once

#include <cstdint>
#include <optional>

#include "codec/frame.hpp"
#include "net/rtp/format/rtcp.hpp"

namespace jpegwire {

/// What one participant says in one datagram. What exceeds the lists is left out.
struct RtcpCompound {
  std::uint32_t sender_ssrc = 0;  // of the first packet; those of others are passed over
  std::optional<SenderInfo> sender_info{};
  std::uint32_t last_sender_report = 0;  // what a ReceptionReport gives back of sender_info
  BoundedList<ReceptionReport, kMaxReceptionReports> reception_reports{};
  std::optional<WallTime> reference_time{};  // the receiver's own
  std::uint32_t last_reference = 0;          // what a ReferenceTimeEcho gives back of it
  BoundedList<ReferenceTimeEcho, kMaxReferenceTimeEchoes> echoes{};
  std::optional<Nack> nack{};  // on the first medium that is named
  bool bye = false;            // the participant leaves

  bool operator==(const RtcpCompound&) const = default;
};

/// Packets and blocks of unknown types are passed over. Nothing where the datagram is not RTCP of
/// version 2, where its lengths contradict each other, or where neither a report nor feedback comes
/// first (RFC 3550 appendix A.2, RFC 5506). Never throws; no heap allocation.
std::optional<RtcpCompound> parse_rtcp(Bytes datagram);

}  // namespace jpegwire
