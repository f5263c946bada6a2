#include "net/rtp/format/jpeg_header.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>

#include "support/jpegs.hpp"

namespace jpegwire::quantization_tables_test {
namespace {

using namespace test;

/// The two tables as libjpeg-turbo writes them, each in a segment of its own.
QuantizationTables tables_of_libjpeg(int quality) {
  const ByteVector jpeg = encode_plainly(make_bgr(16, 16), {.quality = quality});
  constexpr std::size_t kSegment = 2 + 2 + 1 + 64;
  const std::size_t at = find_segment(jpeg, 0xDB);
  QuantizationTables tables;
  const auto luma = Bytes(jpeg).subspan(at + 5, 64);
  const auto chroma = Bytes(jpeg).subspan(at + kSegment + 5, 64);
  std::ranges::copy(chroma, std::ranges::copy(luma, tables.begin()).out);
  return tables;
}

TEST_CASE("Q stands for the tables that libjpeg writes at that quality") {
  for (int q = 1; q <= 99; ++q) {
    CAPTURE(q);
    CHECK(standard_quantization_tables(q) == tables_of_libjpeg(q));
  }
}

TEST_CASE("libjpeg's tables of each quality are recognized by their Q") {
  for (int q = 1; q <= 99; ++q) {
    CAPTURE(q);
    CHECK(find_standard_q(tables_of_libjpeg(q)) == static_cast<std::uint8_t>(q));
  }
}

TEST_CASE("tables without a Q in RTP/JPEG are not standard ones") {
  CHECK_FALSE(find_standard_q(tables_of_libjpeg(100)));
  for (const std::size_t at : {0U, 63U, 64U, 127U}) {
    CAPTURE(at);
    QuantizationTables tables = standard_quantization_tables(80);
    tables[at] = std::byte{200};
    CHECK_FALSE(find_standard_q(tables));
  }
}

}  // namespace
}  // namespace jpegwire::quantization_tables_test
