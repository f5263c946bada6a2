#include "net/rtp/format/quantization_tables.hpp"

#include <algorithm>

namespace jpegwire {
namespace {

constexpr std::array<std::uint8_t, 128> kTables = {
    // luma
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,   //
    26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,   //
    56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,  //
    95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
    // chroma
    17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99,  //
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,  //
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,  //
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

int scale_percent(int q) { return q < 50 ? 5000 / q : 200 - 2 * q; }

}  // namespace

QuantizationTables standard_quantization_tables(int q) {
  QuantizationTables tables;
  std::ranges::transform(kTables, tables.begin(), [scale = scale_percent(q)](int step) {
    return static_cast<std::byte>(std::clamp((step * scale + 50) / 100, 1, 255));
  });
  return tables;
}

std::optional<std::uint8_t> find_standard_q(const QuantizationTables& tables) {
  for (int q = 1; q <= 99; ++q)
    if (standard_quantization_tables(q) == tables) return static_cast<std::uint8_t>(q);
  return std::nullopt;
}

}  // namespace jpegwire
