#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace jpegwire {

/// Why a datagram is refused, or `none`.
enum class PacketFault {
  none,
  too_short,           // shorter than its headers, or without data
  not_rtp,             // not version 2
  bad_rtp_header,      // lengths that contradict the packet's size
  other_payload_type,  // of another codec
  other_source,        // RTP/JPEG, but not from the source (SSRC) that is received
  other_address,       // media, repair or a report for this source, but from another address
  // Of its RTP/JPEG headers (RFC 2435, section 3.1):
  unsupported_type,      // neither 4:2:0 nor 4:2:2
  interlaced,            // one of two fields
  reserved_q,            // a value of Q that has no meaning
  no_size,               // 0 pixels: wider or higher than 2040
  bad_restart_interval,  // of 0 MCUs
  bad_tables,            // quantization tables of a length that no tables have
  missing_tables         // left out, although they may change with each frame
};

inline constexpr std::size_t kPacketFaults =
    static_cast<std::size_t>(PacketFault::missing_tables) + 1;

/// A datagram that was refused.
struct RefusedPacket {
  PacketFault fault = PacketFault::none;
  int payload_type = 0;         // that it has, if it is RTP
  int wanted_payload_type = 0;  // of the stream

  bool operator==(const RefusedPacket&) const = default;
};

/// What the packet is, in words that follow a colon: "payload type 96, not RTP/JPEG (26)".
std::string describe(const RefusedPacket& packet);

/// The name of the enumerator, for statistics.
std::string_view name_of(PacketFault fault);

}  // namespace jpegwire
