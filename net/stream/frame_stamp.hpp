#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "codec/frame.hpp"
#include "codec/jpeg_layout.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// What jpegwire knows about a frame, carried in an APP9 segment directly behind SOI
/// (docs/protocol.md).
struct FrameStamp {
  std::uint64_t stream_id = 0;  // random per run of the sender
  std::uint32_t sequence = 0;   // counted at capture, so a gap is a frame that was skipped or lost
  WallTime capture_time{};      // on the sender's clock
  WallTime send_time{};         // likewise, when this connection began to write the frame
  WallTime echo{};           // the viewer's own time out of its latest report; the epoch: none yet
  microseconds echo_hold{};  // between that report's arrival and send_time

  bool operator==(const FrameStamp&) const = default;
};

/// The whole segment: marker, length, and the fields of docs/protocol.md.
inline constexpr std::size_t kStampSizeBytes = 55;

/// The stamp of a frame that begins to be sent now, in a stream of this id.
FrameStamp make_stamp(const EncodedFrame& frame, std::uint64_t stream_id);

void write_stamp(const FrameStamp& stamp, std::span<std::byte, kStampSizeBytes> out);

/// What a stamped JPEG begins with: SOI, then the stamp.
inline constexpr std::size_t kStampedStartSizeBytes = 2 + kStampSizeBytes;

/// Writes it to the front of `out`, which has room for it; gives its size.
std::size_t write_stamped_start(const FrameStamp& stamp, std::span<std::byte> out);

/// Reads the segment at the front of `bytes`; nothing where it is another segment, another
/// version, or not whole.
std::optional<FrameStamp> read_stamp(std::span<const std::byte> bytes);

/// Removes the stamp from the layout of a validated JPEG, whose header then begins behind it: a
/// stamp belongs to one connection, so what is passed on leaves without it. Nothing where the JPEG
/// has none.
std::optional<FrameStamp> take_stamp(JpegLayout& layout);

/// validate_with_tables(), and take_stamp(): what was saved with a stamp leaves with a new one.
JpegVerdict validate_for_sending(EncodedFrame& frame);

/// The fields alone, for a transport that carries them outside of the JPEG.
inline constexpr std::size_t kStampFieldsSizeBytes = 40;

void write_stamp_fields(const FrameStamp& stamp, std::span<std::byte, kStampFieldsSizeBytes> out);
FrameStamp read_stamp_fields(std::span<const std::byte, kStampFieldsSizeBytes> fields);

}  // namespace jpegwire
