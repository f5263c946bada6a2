#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "codec/frame.hpp"
#include "net/rtp/format/jpeg_payload.hpp"

namespace jpegwire {

/// The size of the header that write_jpeg_header() writes.
std::size_t jpeg_header_size_bytes(const JpegFormat& format);

/// RTP/JPEG omits the JPEG's header, so the receiver writes it from the fields of the packets (RFC
/// 2435, appendix B), byte for byte as libjpeg does. Writes SOI and the header to `out`, which has
/// jpeg_header_size_bytes(), and describes them in `layout`, except its bands.
void write_jpeg_header(const JpegFormat& format, const QuantizationTables& tables,
                       std::span<std::byte> out, JpegLayout& layout);

/// The quantization tables for Q from 1 to 99 (RFC 2435, appendix A): those of ITU-T T.81, annex
/// K.1, scaled as the Independent JPEG Group's software scales them for that quality.
QuantizationTables standard_quantization_tables(int q);

/// The Q whose standard tables these are; nothing if they are others.
std::optional<std::uint8_t> find_standard_q(const QuantizationTables& tables);

}  // namespace jpegwire
