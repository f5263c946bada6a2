#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "codec/frame.hpp"

namespace jpegwire {

/// Two quantization tables of 64 bytes, for luma and chroma, in zigzag order as in a JPEG.
using QuantizationTables = std::array<std::byte, 128>;

/// The fields that all packets of a frame share (RFC 2435, section 3.1). The frame's JPEG header is
/// written from them.
struct JpegFormat {
  bool is_420 = true;        // otherwise 4:2:2 (types 1 and 0)
  std::uint8_t q = 0;        // 1 to 99: the standard tables scaled; from 128 on: tables in-band
  int width = 0;             // pixels, a multiple of 8, 8 to 2040
  int height = 0;            // the same
  int restart_interval = 0;  // MCUs; 0: no restart markers (types below 64)

  bool operator==(const JpegFormat&) const = default;
};

/// The part of the frame that a packet carries.
struct JpegFragment {
  std::uint32_t offset = 0;  // of its first byte in the scan
  // The restart header (section 3.1.7): the packets from `first` to `last` hold the restart
  // interval with the number `restart_count`, or intervals that are not aligned with packets.
  bool first = true;
  bool last = true;
  std::uint16_t restart_count = 0;
};

/// The restart count of packets that are not aligned with restart intervals.
inline constexpr std::uint16_t kUnalignedRestartCount = 0x3FFF;

/// The value of Q whose tables may change with each frame; tables of lower values may not.
inline constexpr std::uint8_t kChangingTablesQ = 255;

/// A parsed RTP/JPEG payload; it views the packet.
struct JpegPayload {
  JpegFormat format;
  JpegFragment fragment;
  std::optional<std::span<const std::byte, 128>> tables;  // if this packet has them
  Bytes data;                                             // never empty
};

/// Nothing if the payload is not supported: another type, interlaced, no size, tables other than
/// two of 8 bits, or no data. Never throws.
std::optional<JpegPayload> parse_jpeg_payload(Bytes payload);

/// The maximum that put_jpeg_payload_header() writes: main, restart and table headers, and tables.
inline constexpr std::size_t kMaxJpegPayloadHeaderSizeBytes = 8 + 4 + 4 + 128;

/// Writes the headers in front of the data to `out`, which must have room for them, and returns the
/// rest. `tables` may only be given at offset 0.
std::span<std::byte> put_jpeg_payload_header(std::span<std::byte> out, const JpegFormat& format,
                                             const JpegFragment& fragment,
                                             const QuantizationTables* tables);

}  // namespace jpegwire
