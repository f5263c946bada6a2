#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "codec/frame.hpp"
#include "codec/jpeg_quality.hpp"
#include "net/stream/packet_fault.hpp"

namespace jpegwire {

/// The tables of a packet, as other senders write them too: one to four (RFC 2435, section 3.1.8).
struct InBandTables {
  unsigned precision = 0;  // bit i: table i has 64 big-endian steps of 16 bits, otherwise of 8
  Bytes bytes{};

  /// The size of table `index`.
  std::size_t size_bytes(int index) const { return (precision >> index & 1) != 0 ? 128 : 64; }
};

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
  std::optional<InBandTables> tables;  // if this packet has them
  Bytes data;                          // never empty
};

/// Parses the payload into `payload`, which is only valid if the result is `none`. Never throws.
PacketFault parse_jpeg_payload(Bytes bytes, JpegPayload& payload);

/// The maximum that put_jpeg_payload_header() writes: main, restart and table headers, and tables.
inline constexpr std::size_t kMaxJpegPayloadHeaderSizeBytes = 8 + 4 + 4 + 128;

/// Writes the headers in front of the data to `out`, which must have room for them, and returns the
/// rest. `tables` may only be given at offset 0.
std::span<std::byte> put_jpeg_payload_header(std::span<std::byte> out, const JpegFormat& format,
                                             const JpegFragment& fragment,
                                             const QuantizationTables* tables);

}  // namespace jpegwire
