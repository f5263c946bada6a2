#pragma once

#include <string>

#include "codec/frame.hpp"
#include "net/rtp/format/jpeg_payload.hpp"

namespace jpegwire {

/// RTP/JPEG carries only pictures whose width and height are multiples of this.
inline constexpr int kSizeMultiple = 8;

/// Whether RTP/JPEG can carry a frame, and if not, why (RFC 2435, section 3).
enum class JpegFitness {
  fit,
  bad_size,                 // over 2040 or not a multiple of 8
  bad_sampling,             // neither 4:2:0 nor 4:2:2 in three components
  bad_scan,                 // not all components in one scan, in order
  bad_quantization_tables,  // not two of 8 bits, or none
  bad_huffman_tables,       // not the standard ones, which RTP/JPEG assumes
};

/// Checks the header of a validated frame. If it is fit, sets `format` except q, and `tables`.
JpegFitness check_fitness(const JpegLayout& layout, JpegFormat& format, QuantizationTables& tables);

/// A sentence that says what to do, for a picture of that size.
std::string describe(JpegFitness fitness, int width, int height);

}  // namespace jpegwire
