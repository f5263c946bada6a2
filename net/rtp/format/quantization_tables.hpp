#pragma once

#include <cstdint>
#include <optional>

#include "net/rtp/format/jpeg_payload.hpp"

namespace jpegwire {

/// The tables that RTP/JPEG means by Q of 1 to 99 (RFC 2435, appendix A): those of ITU-T T.81,
/// annex K.1, scaled as the Independent JPEG Group's software does it for that quality.
QuantizationTables standard_quantization_tables(int q);

/// Which of them these are, or nothing.
std::optional<std::uint8_t> find_standard_q(const QuantizationTables& tables);

}  // namespace jpegwire
