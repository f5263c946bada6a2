#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "codec/frame.hpp"

namespace jpegwire {

/// Two quantization tables of 64 bytes, luma's and chroma's, in zigzag order as a JPEG has them.
using QuantizationTables = std::array<std::byte, 128>;

/// What stays the same in all packets of a frame (RFC 2435, section 3.1): enough to write the
/// frame's JPEG header again.
struct JpegFormat {
  bool is_420 = true;        // else 4:2:2 (types 1 and 0)
  std::uint8_t q = 0;        // 1 to 99: the standard tables scaled; from 128 on: tables in-band
  int width = 0;             // pixels, a multiple of 8, 8 to 2040
  int height = 0;            // likewise
  int restart_interval = 0;  // MCUs; 0: there are no restart markers (types below 64)

  bool operator==(const JpegFormat&) const = default;
};

/// Which part of the frame a packet carries.
struct JpegFragment {
  std::uint32_t offset = 0;  // of its first byte in the scan's bytes
  // The restart header (section 3.1.7): the packets from `first` to `last` hold the restart
  // interval with the number `restart_count`, or intervals that are not aligned with packets.
  bool first = true;
  bool last = true;
  std::uint16_t restart_count = 0;
};

/// What the restart count says where packets are not aligned with restart intervals.
inline constexpr std::uint16_t kUnalignedRestartCount = 0x3FFF;

/// The value of Q whose tables may change with each frame; those of lower ones may not.
inline constexpr std::uint8_t kChangingTablesQ = 255;

/// An RTP/JPEG payload taken apart; it views the packet.
struct JpegPayload {
  JpegFormat format;
  JpegFragment fragment;
  std::optional<std::span<const std::byte, 128>> tables;  // where this packet has them
  Bytes data;                                             // never empty
};

/// Nothing where the payload is none that this can show: of another type, interlaced, of no size,
/// with tables that are not two of 8 bits, with nothing in it. Never throws.
std::optional<JpegPayload> parse_jpeg_payload(Bytes payload);

/// The most that put_jpeg_payload_header() writes: main, restart and table headers, and tables.
inline constexpr std::size_t kMaxJpegPayloadHeaderSizeBytes = 8 + 4 + 4 + 128;

/// Writes all that stands in front of the data to `out`, which must hold it, and returns what is
/// left. `tables` may only be given at offset 0.
std::span<std::byte> put_jpeg_payload_header(std::span<std::byte> out, const JpegFormat& format,
                                             const JpegFragment& fragment,
                                             const QuantizationTables* tables);

}  // namespace jpegwire
