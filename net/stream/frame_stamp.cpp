#include "net/stream/frame_stamp.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "codec/bytes.hpp"
#include "codec/jpeg_markers.hpp"

namespace jpegwire {
namespace {

constexpr std::byte kStampMarker{0xE9};  // APP9
constexpr std::array kName = {std::byte{'j'}, std::byte{'p'}, std::byte{'e'},
                              std::byte{'g'}, std::byte{'w'}, std::byte{'i'},
                              std::byte{'r'}, std::byte{'e'}, std::byte{0}};
constexpr std::size_t kMarkerAndLengthSizeBytes =
    4;  // marker, and the length, which includes itself

// Version 1 has the fields as binary numbers, version 2 as hexadecimal text.
constexpr std::size_t kFlaggedFieldsSizeBytes = 1 + kStampFieldsSizeBytes;
constexpr std::size_t kOpeningSizeBytes =
    kMarkerAndLengthSizeBytes + kName.size() + 1;  // with version
constexpr std::size_t kBinarySizeBytes = kOpeningSizeBytes + kFlaggedFieldsSizeBytes;
static_assert(kStampSizeBytes == kOpeningSizeBytes + 2 * kFlaggedFieldsSizeBytes);

constexpr std::byte kNoSignal{1};  // flag

using FlaggedFields = std::array<std::byte, kFlaggedFieldsSizeBytes>;

constexpr std::string_view kDigits = "0123456789abcdef";

void write_hexadecimal(Bytes bytes, std::span<std::byte> out) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = static_cast<std::byte>(kDigits[byte_at(bytes, i) >> 4]);
    out[2 * i + 1] = static_cast<std::byte>(kDigits[byte_at(bytes, i) & 15]);
  }
}

// False if the text has anything but digits.
bool read_hexadecimal(Bytes text, std::span<std::byte> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t high = kDigits.find(static_cast<char>(text[2 * i]));
    const std::size_t low = kDigits.find(static_cast<char>(text[2 * i + 1]));
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    out[i] = static_cast<std::byte>(high << 4 | low);
  }
  return true;
}

/// A stamp and the size of its segment.
struct StampSegment {
  FrameStamp stamp;
  std::size_t size_bytes = 0;
};

// Later versions of the sender may set other flags.
std::optional<StampSegment> read_segment(Bytes bytes) {
  if (bytes.size() < kBinarySizeBytes) return std::nullopt;
  const std::size_t size = 2 + std::size_t{get_big_endian<std::uint16_t>(bytes.subspan(2))};
  if (bytes[0] != marker::kPrefix || bytes[1] != kStampMarker || size > bytes.size() ||
      !std::ranges::equal(bytes.subspan(kMarkerAndLengthSizeBytes, kName.size()), kName))
    return std::nullopt;
  const unsigned version = byte_at(bytes, kOpeningSizeBytes - 1);
  const Bytes content = bytes.first(size).subspan(kOpeningSizeBytes);
  FlaggedFields fields{};
  if (version == 1 && size == kBinarySizeBytes)
    put_bytes(fields, content);
  else if (version != 2 || size != kStampSizeBytes || !read_hexadecimal(content, fields))
    return std::nullopt;
  FrameStamp stamp = read_stamp_fields(std::span(fields).last<kStampFieldsSizeBytes>());
  stamp.no_signal = (fields[0] & kNoSignal) != std::byte{0};
  return StampSegment{stamp, size};
}

// Of the segment at the front, with any fill bytes in front of it (ITU-T T.81, B.1.1.2); 0 if there
// is none.
std::size_t segment_size_bytes(Bytes bytes) {
  std::size_t at = 0;
  while (at + 1 < bytes.size() && bytes[at] == marker::kPrefix && bytes[at + 1] == marker::kPrefix)
    ++at;
  if (bytes.size() - at < kMarkerAndLengthSizeBytes || bytes[at] != marker::kPrefix ||
      marker::stands_alone(bytes[at + 1]) || bytes[at + 1] == marker::kStartOfScan)
    return 0;
  const std::size_t end = at + 2 + get_big_endian<std::uint16_t>(bytes.subspan(at + 2));
  return end <= bytes.size() ? end : 0;
}

struct FoundStamp {
  StampSegment segment;
  std::size_t offset = 0;
};

std::optional<FoundStamp> find_segment(Bytes header) {
  constexpr int kMaxSegments = 16;  // others write few before the tables
  std::size_t at = 0;
  for (int i = 0; i < kMaxSegments; ++i) {
    if (const auto segment = read_segment(header.subspan(at))) return FoundStamp{*segment, at};
    const std::size_t size = segment_size_bytes(header.subspan(at));
    if (size == 0) break;
    at += size;
  }
  return std::nullopt;
}

std::uint64_t to_wire(WallTime time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

// A time beyond the signed range is invalid; clamping it keeps arithmetic on it defined.
WallTime from_wire(std::uint64_t count) {
  constexpr std::uint64_t kYear3000 = 32'503'680'000'000'000;
  return WallTime(microseconds(std::min(count, kYear3000)));
}

std::uint32_t hold_to_wire(microseconds hold) {
  constexpr std::int64_t kMaxHold = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(hold.count(), 0, kMaxHold));
}

}  // namespace

FrameStamp make_stamp(const EncodedFrame& frame, std::uint64_t stream_id) {
  return {.stream_id = stream_id,
          .sequence = frame.sequence,
          .capture_time = frame.capture_time,
          .send_time = wall_now(),
          .no_signal = frame.no_signal};
}

void write_stamp(const FrameStamp& stamp, std::span<std::byte, kStampSizeBytes> out) {
  FlaggedFields fields{};
  if (stamp.no_signal) fields[0] = kNoSignal;
  write_stamp_fields(stamp, std::span(fields).last<kStampFieldsSizeBytes>());
  out[0] = marker::kPrefix;
  out[1] = kStampMarker;
  std::span<std::byte> rest = put_big_endian(std::span<std::byte>(out).subspan(2),
                                             static_cast<std::uint16_t>(kStampSizeBytes - 2));
  rest = put_bytes(rest, kName);
  rest[0] = std::byte{2};
  write_hexadecimal(fields, rest.subspan(1));
}

HeaderAroundStamp cut_at_stamp(Bytes header) {
  const std::optional<FoundStamp> old = find_segment(header);
  if (old && old->offset > 0)
    return {header.first(old->offset), header.subspan(old->offset + old->segment.size_bytes)};
  if (old) header = header.subspan(old->segment.size_bytes);
  const std::size_t first = segment_size_bytes(header);
  return {header.first(first), header.subspan(first)};
}

std::size_t stamped_size_bytes(const JpegLayout& layout, const HeaderAroundStamp& header) {
  return layout.size_bytes() - layout.header.size() + header.stamped_size_bytes();
}

void write_stamp_fields(const FrameStamp& stamp, std::span<std::byte, kStampFieldsSizeBytes> out) {
  std::span<std::byte> rest = put_big_endian(std::span<std::byte>(out), stamp.stream_id);
  rest = put_big_endian(rest, stamp.sequence);
  rest = put_big_endian(rest, to_wire(stamp.capture_time));
  rest = put_big_endian(rest, to_wire(stamp.send_time));
  rest = put_big_endian(rest, to_wire(stamp.echo));
  put_big_endian(rest, hold_to_wire(stamp.echo_hold));
}

std::optional<FrameStamp> read_stamp(Bytes bytes) {
  const std::optional<StampSegment> segment = read_segment(bytes);
  return segment ? std::optional(segment->stamp) : std::nullopt;
}

std::optional<FrameStamp> find_stamp(Bytes header) {
  const std::optional<FoundStamp> found = find_segment(header);
  return found ? std::optional(found->segment.stamp) : std::nullopt;
}

FrameStamp read_stamp_fields(std::span<const std::byte, kStampFieldsSizeBytes> fixed_fields) {
  const std::span<const std::byte> fields = fixed_fields;
  return {
      .stream_id = get_big_endian<std::uint64_t>(fields),
      .sequence = get_big_endian<std::uint32_t>(fields.subspan(8)),
      .capture_time = from_wire(get_big_endian<std::uint64_t>(fields.subspan(12))),
      .send_time = from_wire(get_big_endian<std::uint64_t>(fields.subspan(20))),
      .echo = from_wire(get_big_endian<std::uint64_t>(fields.subspan(28))),
      .echo_hold = microseconds(get_big_endian<std::uint32_t>(fields.subspan(36))),
  };
}

}  // namespace jpegwire
