#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "codec/frame.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// Metadata of a frame, carried in an APP9 segment of its JPEG (docs/protocol.md).
struct FrameStamp {
  std::uint64_t stream_id = 0;  // random per run of the sender
  std::uint32_t sequence = 0;   // counted at capture, so a gap means skipped or lost frames
  WallTime capture_time{};      // on the sender's clock
  WallTime send_time{};         // the same clock, when this connection began to write the frame
  WallTime echo{};              // the viewer's time from its latest report; the epoch: none yet
  microseconds echo_hold{};     // between that report's arrival and send_time
  bool no_signal = false;       // the frame is a card, because the source gives no pictures

  bool operator==(const FrameStamp&) const = default;
};

/// The whole segment of version 2, which is written: marker, length, and the fields of
/// docs/protocol.md.
inline constexpr std::size_t kStampSizeBytes = 96;

/// The stamp of a frame that is sent from now on, in the stream with this ID.
FrameStamp make_stamp(const EncodedFrame& frame, std::uint64_t stream_id);

/// Writes the segment. It contains no 0xFF but its marker's, so that no program takes a part of it
/// for another marker.
void write_stamp(const FrameStamp& stamp, std::span<std::byte, kStampSizeBytes> out);

/// The header of a JPEG, cut where its stamp goes: behind the first segment, which some programs
/// recognise a JPEG by (JFIF). A stamp that the header has is in neither part, since it belongs to
/// the connection that it came from.
struct HeaderAroundStamp {
  Bytes front;
  Bytes rest;

  /// Of both parts and a stamp.
  std::size_t stamped_size_bytes() const { return front.size() + kStampSizeBytes + rest.size(); }
};

/// Cuts the bytes of a validated JPEG from behind SOI on.
HeaderAroundStamp cut_at_stamp(Bytes header);

/// The size of the JPEG with this layout as it is sent, with `header` around a new stamp.
std::size_t stamped_size_bytes(const JpegLayout& layout, const HeaderAroundStamp& header);

/// Reads the segment at the front of `bytes`, of version 1 or 2; nothing if it is another segment,
/// another version, or incomplete.
std::optional<FrameStamp> read_stamp(Bytes bytes);

/// Reads the stamp of a JPEG from its bytes from behind SOI on; nothing if there is none among its
/// first segments.
std::optional<FrameStamp> find_stamp(Bytes header);

/// The fields alone, without no_signal, for a transport that carries them outside the JPEG.
inline constexpr std::size_t kStampFieldsSizeBytes = 40;

void write_stamp_fields(const FrameStamp& stamp, std::span<std::byte, kStampFieldsSizeBytes> out);
FrameStamp read_stamp_fields(std::span<const std::byte, kStampFieldsSizeBytes> fields);

}  // namespace jpegwire
