#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "codec/frame.hpp"

namespace jpegwire {

/// Two quantization tables of 64 bytes, for luma and chroma, in zigzag order as in a JPEG. They are
/// what we send.
using QuantizationTables = std::array<std::byte, 128>;

/// The quantization tables of ITU-T T.81, annex K.1, scaled as the Independent JPEG Group's
/// software scales them for a quality from 1 to 100. Up to 99 it is the Q of RTP/JPEG (RFC 2435,
/// appendix A).
QuantizationTables standard_quantization_tables(int quality);

/// The quality, 1 to 100, whose standard table for luma is nearest to the JPEG's; nothing if its
/// table is no such table, as with many cameras. Of two qualities with the same table it is the
/// lower one. `layout` is of a valid JPEG. Does not allocate.
std::optional<int> jpeg_quality(const JpegLayout& layout);

}  // namespace jpegwire
