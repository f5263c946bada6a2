#pragma once

#include <cstdint>
#include <optional>

#include "codec/frame.hpp"
#include "net/rtp/format/rtcp.hpp"
#include "net/stream/viewer_report.hpp"

namespace jpegwire {

/// What one participant reports in one datagram. Entries beyond the lists' capacity are ignored.
struct RtcpCompound {
  std::uint32_t sender_ssrc = 0;  // of the first packet; packets of other senders are ignored
  std::optional<SenderInfo> sender_info{};
  std::uint32_t last_sender_report = 0;  // what a ReceptionReport echoes of sender_info
  BoundedList<ReceptionReport, kMaxReceptionReports> reception_reports{};
  std::optional<WallTime> reference_time{};  // the receiver's own
  std::uint32_t last_reference = 0;          // what a ReferenceTimeEcho echoes of it
  BoundedList<ReferenceTimeEcho, kMaxReferenceTimeEchoes> echoes{};
  std::optional<Nack> nack{};             // for the first stream that is named
  std::optional<FrameReception> frame{};  // how one arrived; the latest in the datagram
  bool bye = false;                       // the participant leaves

  bool operator==(const RtcpCompound&) const = default;
};

/// Packets and blocks of unknown types are ignored. Nothing if the datagram is not RTCP of version
/// 2, its lengths contradict each other, or it begins with neither a report, feedback nor APP (RFC
/// 3550 appendix A.2, RFC 5506). Never throws; no heap allocation.
std::optional<RtcpCompound> parse_rtcp(Bytes datagram);

}  // namespace jpegwire
