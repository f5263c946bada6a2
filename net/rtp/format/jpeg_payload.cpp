#include "net/rtp/format/jpeg_payload.hpp"

#include <algorithm>

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

constexpr unsigned kRestartTypes = 64;
constexpr std::size_t kMainHeaderSizeBytes = 8;
constexpr std::size_t kRestartHeaderSizeBytes = 4;
constexpr std::size_t kTableHeaderSizeBytes = 4;
constexpr int kMaxTables = 4;  // a JPEG has no more

// Q of 0 and of 100 to 127 is reserved (section 3.1.4).
bool is_known_q(unsigned q) { return (q >= 1 && q <= 99) || q >= 128; }

PacketFault read_main_header(Bytes& rest, JpegPayload& payload, bool& has_restarts) {
  if (rest.size() < kMainHeaderSizeBytes) return PacketFault::too_short;
  const unsigned type_specific = byte_at(rest, 0);
  const unsigned type = byte_at(rest, 4);
  const unsigned q = byte_at(rest, 5);
  payload.fragment.offset = get_big_endian<std::uint32_t>(rest) & 0xFF'FFFF;
  payload.format.is_420 = type % kRestartTypes == 1;
  payload.format.q = static_cast<std::uint8_t>(q);
  payload.format.width = static_cast<int>(8 * byte_at(rest, 6));
  payload.format.height = static_cast<int>(8 * byte_at(rest, 7));
  has_restarts = type >= kRestartTypes;
  rest = rest.subspan(kMainHeaderSizeBytes);
  if (type >= 2 * kRestartTypes || type % kRestartTypes > 1) return PacketFault::unsupported_type;
  if (type_specific != 0) return PacketFault::interlaced;
  if (!is_known_q(q)) return PacketFault::reserved_q;
  const bool has_size = payload.format.width > 0 && payload.format.height > 0;
  return has_size ? PacketFault::none : PacketFault::no_size;
}

PacketFault read_restart_header(Bytes& rest, JpegPayload& payload) {
  if (rest.size() < kRestartHeaderSizeBytes) return PacketFault::too_short;
  const unsigned flags = get_big_endian<std::uint16_t>(rest.subspan(2));
  payload.format.restart_interval = get_big_endian<std::uint16_t>(rest);
  payload.fragment.first = (flags & 0x8000) != 0;
  payload.fragment.last = (flags & 0x4000) != 0;
  payload.fragment.restart_count = static_cast<std::uint16_t>(flags & 0x3FFF);
  rest = rest.subspan(kRestartHeaderSizeBytes);
  return payload.format.restart_interval > 0 ? PacketFault::none
                                             : PacketFault::bad_restart_interval;
}

// Whether the size is that of one to four whole tables.
bool are_whole(const InBandTables& tables, std::size_t size) {
  for (int index = 0; index < kMaxTables && size > 0; ++index) {
    if (size < tables.size_bytes(index)) return false;
    size -= tables.size_bytes(index);
  }
  return size == 0;
}

PacketFault read_tables(Bytes& rest, JpegPayload& payload) {
  if (rest.size() < kTableHeaderSizeBytes) return PacketFault::too_short;
  InBandTables tables{.precision = byte_at(rest, 1)};
  const std::size_t size = get_big_endian<std::uint16_t>(rest.subspan(2));
  rest = rest.subspan(kTableHeaderSizeBytes);
  if (size == 0)
    return payload.format.q == kChangingTablesQ ? PacketFault::missing_tables : PacketFault::none;
  if (!are_whole(tables, size)) return PacketFault::bad_tables;
  if (rest.size() < size) return PacketFault::too_short;
  tables.bytes = rest.first(size);
  payload.tables = tables;
  rest = rest.subspan(size);
  return PacketFault::none;
}

}  // namespace

PacketFault parse_jpeg_payload(Bytes bytes, JpegPayload& payload) {
  payload = {};
  bool has_restarts = false;
  PacketFault fault = read_main_header(bytes, payload, has_restarts);
  if (fault == PacketFault::none && has_restarts) fault = read_restart_header(bytes, payload);
  const bool has_tables = payload.format.q >= 128 && payload.fragment.offset == 0;
  if (fault == PacketFault::none && has_tables) fault = read_tables(bytes, payload);
  if (fault == PacketFault::none && bytes.empty()) fault = PacketFault::too_short;
  payload.data = bytes;
  return fault;
}

std::span<std::byte> put_jpeg_payload_header(std::span<std::byte> out, const JpegFormat& format,
                                             const JpegFragment& fragment,
                                             const QuantizationTables* tables) {
  const bool has_restarts = format.restart_interval > 0;
  const unsigned type = (format.is_420 ? 1 : 0) + (has_restarts ? kRestartTypes : 0);
  std::span<std::byte> rest = put_big_endian(out, fragment.offset);
  rest = put_big_endian(rest, static_cast<std::uint8_t>(type));
  rest = put_big_endian(rest, format.q);
  rest = put_big_endian(rest, static_cast<std::uint8_t>(format.width / 8));
  rest = put_big_endian(rest, static_cast<std::uint8_t>(format.height / 8));
  if (has_restarts) {
    const unsigned flags =
        (fragment.first ? 0x8000U : 0U) | (fragment.last ? 0x4000U : 0U) | fragment.restart_count;
    rest = put_big_endian(rest, static_cast<std::uint16_t>(format.restart_interval));
    rest = put_big_endian(rest, static_cast<std::uint16_t>(flags));
  }
  if (format.q < 128 || fragment.offset != 0) return rest;
  rest = put_big_endian(rest, std::uint16_t{0});  // both tables have 8 bits
  rest = put_big_endian(rest, static_cast<std::uint16_t>(tables == nullptr ? 0 : tables->size()));
  if (tables == nullptr) return rest;
  return put_bytes(rest, *tables);
}

}  // namespace jpegwire
