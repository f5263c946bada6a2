#include "codec/jpeg_quality.hpp"

#include <catch2/catch.hpp>

#include "codec/jpeg_layout.hpp"
#include "support/jpegs.hpp"

namespace jpegwire::jpeg_quality_test {
namespace {

using namespace test;

std::optional<int> quality_of(const ByteVector& jpeg) {
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  return jpeg_quality(layout);
}

/// The first step of the table for luma.
std::size_t luma_table(const ByteVector& jpeg) { return find_segment(jpeg, 0xDB) + 5; }

TEST_CASE("the quality of libjpeg's JPEGs is recognized") {
  for (int quality = 1; quality <= 100; ++quality) {
    CAPTURE(quality);
    CHECK(quality_of(encode_plainly(make_bgr(16, 16), {.quality = quality})) == quality);
  }
}

TEST_CASE("the quality of a grey JPEG is recognized") {
  const int quality = GENERATE(10, 57, 93);
  CHECK(quality_of(encode_plainly(make_bgr(16, 16),
                                  {.subsampling = TJSAMP_GRAY, .quality = quality})) == quality);
}

TEST_CASE("steps that are rounded differently are recognized") {
  ByteVector jpeg = encode_plainly(make_bgr(16, 16), {.quality = 60});
  const std::size_t table = luma_table(jpeg);
  for (std::size_t i = 0; i < 64; i += 3)
    jpeg[table + i] = static_cast<std::byte>(std::to_integer<int>(jpeg[table + i]) - 1);
  CHECK(quality_of(jpeg) == 60);
}

TEST_CASE("a table that is no scaled standard table has no quality") {
  ByteVector jpeg = encode_plainly(make_bgr(16, 16), {.quality = 60});
  const std::size_t table = luma_table(jpeg);
  const auto step = GENERATE(2, 16, 99);
  for (std::size_t i = 0; i < 64; ++i) jpeg[table + i] = static_cast<std::byte>(step);
  CHECK_FALSE(quality_of(jpeg));
}

TEST_CASE("tables of 16 bits are read") {
  ByteVector jpeg = encode_plainly(make_bgr(16, 16), {.quality = 60});
  const std::size_t segment = find_segment(jpeg, 0xDB);
  ByteVector wide = to_bytes({0xFF, 0xDB, 0, 131, 0x10});
  for (std::size_t i = 0; i < 64; ++i) {
    wide.push_back(std::byte{0});
    wide.push_back(jpeg[segment + 5 + i]);
  }
  const auto begin = jpeg.begin() + static_cast<std::ptrdiff_t>(segment);
  jpeg.erase(begin, begin + 69);
  insert_at(jpeg, segment, wide);
  CHECK(quality_of(jpeg) == 60);
}

TEST_CASE("the last of two tables with the same number counts") {
  ByteVector jpeg = encode_plainly(make_bgr(16, 16), {.quality = 60});
  const ByteVector other = encode_plainly(make_bgr(16, 16), {.quality = 20});
  const std::size_t segment = find_segment(other, 0xDB);
  insert_at(jpeg, find_segment(jpeg, 0xDB),
            ByteVector(other.begin() + static_cast<std::ptrdiff_t>(segment),
                       other.begin() + static_cast<std::ptrdiff_t>(segment + 69)));
  CHECK(quality_of(jpeg) == 60);
}

TEST_CASE("a layout without a header has no quality") { CHECK_FALSE(jpeg_quality({})); }

}  // namespace
}  // namespace jpegwire::jpeg_quality_test
