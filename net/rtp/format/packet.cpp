#include "net/rtp/format/packet.hpp"

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

constexpr unsigned kRtpVersion = 2;

// The last byte of the padding is its size, itself included.
std::optional<Bytes> without_padding(Bytes payload) {
  if (payload.empty()) return std::nullopt;
  const std::size_t padding = byte_at(payload, payload.size() - 1);
  if (padding == 0 || padding > payload.size()) return std::nullopt;
  return payload.first(payload.size() - padding);
}

bool read_extension(Bytes& rest, RtpPacket& packet) {
  if (rest.size() < 4) return false;
  packet.extension_profile = get_big_endian<std::uint16_t>(rest);
  const std::size_t size = 4 * std::size_t{get_big_endian<std::uint16_t>(rest.subspan(2))};
  rest = rest.subspan(4);
  if (rest.size() < size) return false;
  packet.extension = rest.first(size);
  rest = rest.subspan(size);
  return true;
}

}  // namespace

std::optional<RtpPacket> parse_rtp(Bytes datagram) {
  if (datagram.size() < kRtpHeaderSizeBytes) return std::nullopt;
  const unsigned first = byte_at(datagram, 0);
  if (first >> 6 != kRtpVersion) return std::nullopt;
  const unsigned second = byte_at(datagram, 1);
  RtpPacket packet{.header = {.marker = (second & 0x80) != 0,
                              .payload_type = static_cast<std::uint8_t>(second & 0x7F),
                              .sequence = get_big_endian<std::uint16_t>(datagram.subspan(2)),
                              .timestamp = get_big_endian<std::uint32_t>(datagram.subspan(4)),
                              .ssrc = get_big_endian<std::uint32_t>(datagram.subspan(8))},
                   .extension_profile = 0,
                   .extension = {},
                   .payload = {}};
  const std::size_t contributors_size = 4 * std::size_t{first & 15};
  Bytes rest = datagram.subspan(kRtpHeaderSizeBytes);
  if (rest.size() < contributors_size) return std::nullopt;
  rest = rest.subspan(contributors_size);
  if ((first & 0x10) != 0 && !read_extension(rest, packet)) return std::nullopt;
  if ((first & 0x20) != 0) {
    const std::optional<Bytes> payload = without_padding(rest);
    if (!payload) return std::nullopt;
    rest = *payload;
  }
  packet.payload = rest;
  return packet;
}

PacketFault rtp_fault(Bytes datagram) {
  if (!datagram.empty() && byte_at(datagram, 0) >> 6 != kRtpVersion) return PacketFault::not_rtp;
  if (datagram.size() < kRtpHeaderSizeBytes) return PacketFault::too_short;
  return PacketFault::bad_rtp_header;
}

std::span<std::byte> put_rtp_header(std::span<std::byte> out, const RtpHeader& header,
                                    bool has_extension) {
  out[0] = static_cast<std::byte>(kRtpVersion << 6 | (has_extension ? 0x10 : 0));
  out[1] = static_cast<std::byte>((header.marker ? 0x80 : 0) | header.payload_type);
  std::span<std::byte> rest = put_big_endian(out.subspan(2), header.sequence);
  rest = put_big_endian(rest, header.timestamp);
  return put_big_endian(rest, header.ssrc);
}

}  // namespace jpegwire
