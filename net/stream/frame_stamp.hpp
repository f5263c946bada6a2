#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "codec/frame.hpp"
#include "codec/jpeg_layout.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// Metadata of a frame, carried in an APP9 segment directly behind SOI (docs/protocol.md).
struct FrameStamp {
  std::uint64_t stream_id = 0;  // random per run of the sender
  std::uint32_t sequence = 0;   // counted at capture, so a gap means skipped or lost frames
  WallTime capture_time{};      // on the sender's clock
  WallTime send_time{};         // the same clock, when this connection began to write the frame
  WallTime echo{};              // the viewer's time from its latest report; the epoch: none yet
  microseconds echo_hold{};     // between that report's arrival and send_time

  bool operator==(const FrameStamp&) const = default;
};

/// The whole segment: marker, length, and the fields of docs/protocol.md.
inline constexpr std::size_t kStampSizeBytes = 55;

/// The stamp of a frame that is sent from now on, in the stream with this ID.
FrameStamp make_stamp(const EncodedFrame& frame, std::uint64_t stream_id);

void write_stamp(const FrameStamp& stamp, std::span<std::byte, kStampSizeBytes> out);

/// A stamped JPEG begins with SOI and the stamp.
inline constexpr std::size_t kStampedStartSizeBytes = 2 + kStampSizeBytes;

/// Writes both to the front of `out`, which must have room for them, and returns their size.
std::size_t write_stamped_start(const FrameStamp& stamp, std::span<std::byte> out);

/// Reads the segment at the front of `bytes`; nothing if it is another segment, another version, or
/// incomplete.
std::optional<FrameStamp> read_stamp(std::span<const std::byte> bytes);

/// Removes the stamp from the layout of a validated JPEG, whose header then begins behind it: a
/// stamp belongs to one connection, so it is not passed on. Nothing if the JPEG has no stamp.
std::optional<FrameStamp> take_stamp(JpegLayout& layout);

/// validate_with_tables() and take_stamp(): a JPEG saved with a stamp is sent with a new one.
JpegVerdict validate_for_sending(EncodedFrame& frame);

/// The fields alone, for a transport that carries them outside the JPEG.
inline constexpr std::size_t kStampFieldsSizeBytes = 40;

void write_stamp_fields(const FrameStamp& stamp, std::span<std::byte, kStampFieldsSizeBytes> out);
FrameStamp read_stamp_fields(std::span<const std::byte, kStampFieldsSizeBytes> fields);

}  // namespace jpegwire
