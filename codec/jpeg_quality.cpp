#include "codec/jpeg_quality.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "codec/bytes.hpp"
#include "codec/jpeg_markers.hpp"

namespace jpegwire {
namespace {

constexpr std::array<std::uint8_t, 128> kStandardTables = {
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

int scale_percent(int quality) { return quality < 50 ? 5000 / quality : 200 - 2 * quality; }

using LumaTable = std::array<int, 64>;

const std::array<LumaTable, 100>& tables_of_qualities() {
  static const std::array<LumaTable, 100> tables = [] {
    std::array<LumaTable, 100> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
      const QuantizationTables scaled = standard_quantization_tables(static_cast<int>(i) + 1);
      std::ranges::transform(Bytes(scaled).first(64), all[i].begin(),
                             [](std::byte step) { return std::to_integer<int>(step); });
    }
    return all;
  }();
  return tables;
}

/// The table with this number in a DQT segment's payload; nothing if it is not there.
std::optional<LumaTable> table_in(Bytes payload, unsigned wanted) {
  while (!payload.empty()) {
    const std::size_t step_bytes = 1 + (byte_at(payload, 0) >> 4);
    const std::size_t size = 1 + 64 * step_bytes;
    if (payload.size() < size) return std::nullopt;
    if ((byte_at(payload, 0) & 15) == wanted) {
      LumaTable table;
      for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = static_cast<int>(
            step_bytes == 1 ? byte_at(payload, 1 + i)
                            : get_big_endian<std::uint16_t>(payload.subspan(1 + 2 * i)));
      return table;
    }
    payload = payload.subspan(size);
  }
  return std::nullopt;
}

/// The table of the first component.
std::optional<LumaTable> luma_table(const JpegLayout& layout) {
  const Bytes header = layout.header;
  const std::size_t number_offset = layout.height_offset + 7;  // in SOF (ITU-T T.81, B.2.2)
  if (number_offset >= header.size()) return std::nullopt;
  std::optional<LumaTable> table;
  for (std::size_t at = 0; at + 4 <= header.size();) {
    const std::byte code = header[at + 1];
    if (code == marker::kPrefix || marker::stands_alone(code)) {
      at += code == marker::kPrefix ? 1 : 2;
      continue;
    }
    const std::size_t length = get_big_endian<std::uint16_t>(header.subspan(at + 2));
    if (length < 2 || at + 2 + length > header.size()) break;
    if (code == marker::kQuantizationTables)
      if (const auto found =
              table_in(header.subspan(at + 4, length - 2), byte_at(header, number_offset)))
        table = found;
    at += 2 + length;
  }
  return table;
}

/// The sum of the differences; no more is added up once it is above `limit`.
int distance(const LumaTable& a, const LumaTable& b, int limit) {
  int sum = 0;
  for (std::size_t i = 0; i < a.size() && sum <= limit; ++i) sum += std::abs(a[i] - b[i]);
  return sum;
}

}  // namespace

QuantizationTables standard_quantization_tables(int quality) {
  QuantizationTables tables;
  std::ranges::transform(
      kStandardTables, tables.begin(), [scale = scale_percent(quality)](int step) {
        return static_cast<std::byte>(std::clamp((step * scale + 50) / 100, 1, 255));
      });
  return tables;
}

std::optional<int> jpeg_quality(const JpegLayout& layout) {
  // Other software rounds the steps differently, by one at most, and not most of them.
  constexpr int kMaxDistance = 32;
  const std::optional<LumaTable> table = luma_table(layout);
  if (!table) return std::nullopt;
  int nearest = kMaxDistance + 1;
  std::optional<int> quality;
  for (std::size_t i = 0; i < tables_of_qualities().size(); ++i) {
    const int away = distance(*table, tables_of_qualities()[i], nearest);
    if (away >= nearest) continue;
    nearest = away;
    quality = static_cast<int>(i) + 1;
  }
  return quality;
}

}  // namespace jpegwire
