#include "net/stream/frame_stamp.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "codec/bytes.hpp"
#include "codec/jpeg_markers.hpp"

namespace jpegwire {
namespace {

// Marker APP9, the length, which includes itself, the name with its NUL, version 1, no flags.
constexpr std::array kStampOpening = {
    std::byte{0xFF}, std::byte{0xE9}, std::byte{0},   std::byte{kStampSizeBytes - 2},
    std::byte{'j'},  std::byte{'p'},  std::byte{'e'}, std::byte{'g'},
    std::byte{'w'},  std::byte{'i'},  std::byte{'r'}, std::byte{'e'},
    std::byte{0},    std::byte{1},    std::byte{0}};

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
          .send_time = wall_now()};
}

void write_stamp(const FrameStamp& stamp, std::span<std::byte, kStampSizeBytes> out) {
  put_bytes(out, kStampOpening);
  write_stamp_fields(stamp, out.last<kStampFieldsSizeBytes>());
}

std::size_t write_stamped_start(const FrameStamp& stamp, std::span<std::byte> out) {
  out[0] = marker::kPrefix;
  out[1] = marker::kStartOfImage;
  write_stamp(stamp, out.subspan(2).first<kStampSizeBytes>());
  return kStampedStartSizeBytes;
}

void write_stamp_fields(const FrameStamp& stamp, std::span<std::byte, kStampFieldsSizeBytes> out) {
  std::span<std::byte> rest = put_big_endian(std::span<std::byte>(out), stamp.stream_id);
  rest = put_big_endian(rest, stamp.sequence);
  rest = put_big_endian(rest, to_wire(stamp.capture_time));
  rest = put_big_endian(rest, to_wire(stamp.send_time));
  rest = put_big_endian(rest, to_wire(stamp.echo));
  put_big_endian(rest, hold_to_wire(stamp.echo_hold));
}

std::optional<FrameStamp> read_stamp(std::span<const std::byte> bytes) {
  // The flags, the last byte of the opening, may be set by later versions of the sender.
  const auto opening = std::span(kStampOpening).first(kStampOpening.size() - 1);
  if (bytes.size() < kStampSizeBytes) return std::nullopt;
  if (!std::ranges::equal(opening, bytes.first(opening.size()))) return std::nullopt;
  return read_stamp_fields(bytes.subspan<kStampOpening.size(), kStampFieldsSizeBytes>());
}

std::optional<FrameStamp> take_stamp(JpegLayout& layout) {
  const std::optional<FrameStamp> stamp = read_stamp(layout.header);
  if (!stamp) return stamp;
  layout.header = layout.header.subspan(kStampSizeBytes);
  layout.height_offset -= kStampSizeBytes;
  layout.scan_offset -= kStampSizeBytes;
  return stamp;
}

JpegVerdict validate_for_sending(EncodedFrame& frame) {
  const JpegVerdict verdict = validate_with_tables(frame);
  if (verdict == JpegVerdict::ok) take_stamp(frame.layout);
  return verdict;
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
