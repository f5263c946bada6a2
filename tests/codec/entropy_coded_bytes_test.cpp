#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "codec/jpeg_layout.hpp"
#include "support/jpegs.hpp"

// What bands may hold, and the tables that all of them are coded with unless a frame says
// otherwise.

namespace jpegwire::entropy_coded_bytes_test {
namespace {

using namespace test;

std::optional<int> restarts_in(std::initializer_list<int> band) {
  return count_restarts(to_bytes(band));
}

TEST_CASE("restart markers are counted at any position") {
  CHECK(restarts_in({1, 2, 3}) == 0);
  CHECK(restarts_in({1, 0xFF, 0xD0}) == 1);
  CHECK(restarts_in({0xFF, 0xD7, 1, 0xFF, 0xD0, 2, 0xFF, 0xD1}) == 3);
  CHECK(restarts_in({0xFF, 0xD3, 0xFF, 0xD3}) == 2);
  CHECK(restarts_in({1, 0xFF, 0xD0, 2, 0xFF, 0xD9}) == 1);
}

TEST_CASE("stuffed and fill bytes are not markers") {
  CHECK(restarts_in({1, 0xFF, 0x00, 2}) == 0);
  CHECK(restarts_in({1, 0xFF, 0x00, 0xD0}) == 0);
  CHECK(restarts_in({1, 0xFF, 0xFF, 0xFF, 0xD0}) == 1);
  CHECK(restarts_in({1, 0xFF, 0xFF, 0xD9}) == 0);
}

TEST_CASE("any other marker makes a band unsound") {
  for (int code = 1; code < 0xFF; ++code) {
    CAPTURE(code);
    const bool may_stand_inside = code >= 0xD0 && code <= 0xD7;
    CHECK(restarts_in({1, 0xFF, code, 2}).has_value() == may_stand_inside);
    CHECK(restarts_in({1, 0xFF, code}).has_value() == (may_stand_inside || code == 0xD9));
  }
}

TEST_CASE("half a marker at a band's end makes it unsound") {
  CHECK_FALSE(restarts_in({0xFF}));
  CHECK_FALSE(restarts_in({1, 2, 0xFF}));
  CHECK_FALSE(restarts_in({1, 0xFF, 0xD0, 0xFF, 0xFF}));
}

TEST_CASE("a whole scan has a restart marker between each two rows") {
  const ByteVector jpeg = encode_plainly(make_bgr(64, 160), {.quality = 95, .restart = "1"});
  CHECK(count_restarts(Bytes(jpeg).subspan(find_scan(jpeg))) == 9);
}

/// All DHT segments of a JPEG, one table each as libjpeg writes them, without their heads.
std::vector<ByteVector> tables_in(const ByteVector& jpeg) {
  std::vector<ByteVector> tables;
  for (std::size_t at = find_segment(jpeg, 0xC4);
       jpeg[at] == std::byte{0xFF} && jpeg[at + 1] == std::byte{0xC4};) {
    const std::size_t size = std::to_integer<std::size_t>(jpeg[at + 2]) * 256 +
                             std::to_integer<std::size_t>(jpeg[at + 3]);
    const auto begin = jpeg.begin() + static_cast<std::ptrdiff_t>(at);
    tables.emplace_back(begin + 4, begin + 2 + static_cast<std::ptrdiff_t>(size));
    at += 2 + size;
  }
  return tables;
}

TEST_CASE("the standard Huffman tables are those that libjpeg writes") {
  const std::vector<ByteVector> expected = tables_in(encode_plainly(make_bgr(32, 32)));
  const auto tables = standard_huffman_tables();
  REQUIRE(expected.size() == tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    CAPTURE(i);
    CHECK(std::ranges::equal(tables[i], expected[i]));
  }
}

}  // namespace
}  // namespace jpegwire::entropy_coded_bytes_test
