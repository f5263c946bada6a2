#pragma once

#include <string>

#include "codec/frame.hpp"
#include "net/rtp/format/jpeg_payload.hpp"

namespace jpegwire {

/// Whether RTP/JPEG can carry a frame, or why not (RFC 2435, section 3).
enum class JpegFitness {
  fit,
  bad_size,                 // over 2040 or not a multiple of 8
  bad_sampling,             // neither 4:2:0 nor 4:2:2 in three components
  bad_scan,                 // not all components in one scan, in order
  bad_quantization_tables,  // not two of 8 bits, or none
  bad_huffman_tables,       // not the standard ones, which RTP/JPEG takes for granted
};

/// Looks through the header of a frame that has passed the gate. Where the frame is fit, `format`,
/// all but q, and `tables` say how it goes.
JpegFitness check_fitness(const JpegLayout& layout, JpegFormat& format, QuantizationTables& tables);

/// A sentence that names the way out, for a picture of that size.
std::string describe(JpegFitness fitness, int width, int height);

}  // namespace jpegwire
