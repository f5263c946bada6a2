#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/frame.hpp"
#include "net/rtp/format/jpeg_payload.hpp"

namespace jpegwire {

/// The quantization table of each component, Y, Cb and Cr, in zigzag order.
using ComponentTables = std::array<std::array<std::uint16_t, 64>, 3>;

/// Components beyond the last table have the last one: one table is for all, of two the second is
/// for chroma.
ComponentTables component_tables(const InBandTables& tables);

/// The size of the smallest header that write_jpeg_header() writes for this format, which is that
/// with a table of 8 bits for luma and one for chroma.
std::size_t jpeg_header_size_bytes(const JpegFormat& format);

/// RTP/JPEG omits the JPEG's header, so the receiver writes it from the fields of the packets (RFC
/// 2435, appendix B), byte for byte as libjpeg does. Writes SOI and the header to `out`, whose
/// previous content is dropped, and describes them in `layout`, except its bands.
void write_jpeg_header(const JpegFormat& format, const ComponentTables& tables,
                       std::vector<std::byte>& out, JpegLayout& layout);

/// The Q from 1 to 99 whose standard_quantization_tables() these are; nothing if they are others.
std::optional<std::uint8_t> find_standard_q(const QuantizationTables& tables);

}  // namespace jpegwire
