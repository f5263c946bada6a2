#pragma once

#include <cstddef>
#include <span>

#include "codec/frame.hpp"
#include "net/rtp/format/jpeg_payload.hpp"

namespace jpegwire {

/// RTP/JPEG leaves the JPEG's header out. The receiver writes it again from what the packets say
/// (RFC 2435, appendix B), byte for byte as libjpeg writes it.
std::size_t jpeg_header_size_bytes(const JpegFormat& format);

/// Writes SOI and the header to `out`, jpeg_header_size_bytes() of it, and describes it in
/// `layout`, all but its bands and stamp.
void write_jpeg_header(const JpegFormat& format, const QuantizationTables& tables,
                       std::span<std::byte> out, JpegLayout& layout);

}  // namespace jpegwire
