#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "codec/frame.hpp"
#include "net/stream/packet_fault.hpp"

namespace jpegwire {

/// The fields of an RTP packet's fixed header (RFC 3550, section 5.1) that a stream of one source
/// needs.
struct RtpHeader {
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;

  bool operator==(const RtpHeader&) const = default;
};

inline constexpr std::size_t kRtpHeaderSizeBytes = 12;

/// A parsed RTP packet; it views the datagram.
struct RtpPacket {
  RtpHeader header;
  std::uint16_t extension_profile = 0;  // section 5.3.1
  Bytes extension;                      // its data; empty if there is none
  Bytes payload;                        // without padding
};

/// Nothing if the datagram is not valid RTP of version 2. Never throws.
std::optional<RtpPacket> parse_rtp(Bytes datagram);

/// Why parse_rtp() refuses the datagram.
PacketFault rtp_fault(Bytes datagram);

/// Writes the fixed header to the front of `out`, which must have room for it, and returns the
/// rest.
std::span<std::byte> put_rtp_header(std::span<std::byte> out, const RtpHeader& header,
                                    bool has_extension);

}  // namespace jpegwire
