#include <catch2/catch.hpp>
#include <cstdint>
#include <string>

#include "codec/jpeg_layout.hpp"
#include "support/jpegs.hpp"

// How validation cuts a JPEG with restart markers into bands.

namespace jpegwire::jpeg_bands_test {
namespace {

using namespace test;

/// The offsets of the restart markers, at their 0xFF.
std::vector<std::size_t> find_restarts(const ByteVector& jpeg) {
  std::vector<std::size_t> offsets;
  for (std::size_t at = find_scan(jpeg); at + 1 < jpeg.size(); ++at)
    if (jpeg[at] == std::byte{0xFF} && (jpeg[at + 1] & std::byte{0xF8}) == std::byte{0xD0})
      offsets.push_back(at);
  return offsets;
}

JpegLayout validated(const ByteVector& jpeg) {
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  return layout;
}

TEST_CASE("restart markers cut whole rows of MCUs into bands") {
  struct Case {
    int width;
    int height;
    std::string restart;
    std::size_t bands;
    int band_height;
  };
  const auto expected = GENERATE(values<Case>({
      {64, 64, "1", 4, 16},     // a restart at the end of each row of four MCUs
      {64, 64, "4B", 4, 16},    // the same, counted in MCUs
      {64, 64, "2", 2, 32},     // every two rows
      {64, 64, "8B", 2, 32},    // the same
      {64, 64, "1B", 4, 16},    // four restarts a row
      {64, 64, "2B", 4, 16},    // two restarts a row
      {64, 64, "3B", 2, 48},    // restarts and rows meet at every third row
      {64, 64, "5B", 1, 80},    // they never meet within the picture
      {64, 64, "3", 2, 48},     // the last band is lower
      {64, 70, "1", 5, 16},     // and has less than a row of MCUs
      {61, 33, "1", 3, 16},     // an odd size
      {16, 16, "1", 1, 16},     // one MCU
      {16, 1600, "1", 50, 32},  // 100 rows: two of them a band, to stay within 60
      {16, 3201, "3", 34, 96},  // restarts every three rows, two of them a band
  }));
  CAPTURE(expected.width, expected.height, expected.restart);
  const ByteVector jpeg =
      encode_plainly(make_bgr(expected.width, expected.height), {.restart = expected.restart});
  const JpegLayout layout = validated(jpeg);
  CHECK(layout.bands.size() == expected.bands);
  CHECK(layout.band_height == expected.band_height);
  CHECK(bytes_of(layout) == jpeg);
  for (std::size_t band = 0; band < layout.bands.size(); ++band) {
    const Bytes bytes = layout.bands[band];
    const auto last = std::to_integer<int>(bytes.back());
    CHECK(bytes[bytes.size() - 2] == std::byte{0xFF});
    CHECK((band + 1 == layout.bands.size() ? last == 0xD9 : (last & 0xF8) == 0xD0));
  }
}

TEST_CASE("bands follow the sampling") {
  const auto [subsampling, bands, height] =
      GENERATE(table<int, std::size_t, int>({{TJSAMP_422, 6, 8},
                                             {TJSAMP_444, 6, 8},
                                             {TJSAMP_440, 3, 16},
                                             {TJSAMP_411, 6, 8},
                                             {TJSAMP_GRAY, 6, 8}}));
  CAPTURE(subsampling);
  const ByteVector jpeg =
      encode_plainly(make_bgr(40, 48), {.subsampling = subsampling, .restart = "1"});
  const JpegLayout layout = validated(jpeg);
  CHECK(layout.bands.size() == bands);
  CHECK(layout.band_height == height);
  CHECK(bytes_of(layout) == jpeg);
}

TEST_CASE("however tall, a picture has at most kMaxBands bands") {
  for (const int height : {16 * kMaxBands, 16 * kMaxBands + 1, 16 * kMaxBands * 3 + 5, 60000}) {
    CAPTURE(height);
    const ByteVector jpeg = encode_plainly(make_bgr(16, height), {.restart = "1"});
    const JpegLayout layout = validated(jpeg);
    CHECK(layout.bands.size() <= kMaxBands);
    CHECK(layout.bands.size() > kMaxBands / 3);
    CHECK(bytes_of(layout) == jpeg);
  }
}

TEST_CASE("missing, extra and misnumbered restart markers leave one band, or are repaired") {
  ByteVector jpeg = encode_plainly(make_bgr(64, 96), {.restart = "1"});
  REQUIRE(validated(jpeg).bands.size() == 6);
  const std::vector<std::size_t> restarts = find_restarts(jpeg);
  REQUIRE(restarts.size() == 5);

  const auto [change, is_repaired, bands] =
      GENERATE(table<std::string, bool, std::size_t>({{"first missing", true, 6},
                                                      {"last missing", false, 1},
                                                      {"doubled", true, 1},
                                                      {"misnumbered", true, 6},
                                                      {"one behind the last", false, 1},
                                                      {"none", true, 1}}));
  CAPTURE(change);
  if (change == "first missing") erase_at(jpeg, restarts.front(), 2);
  if (change == "last missing") erase_at(jpeg, restarts.back(), 2);
  if (change == "doubled") insert_at(jpeg, restarts[2], to_bytes({0xFF, 0xD2}));
  if (change == "misnumbered") jpeg[restarts[2] + 1] = std::byte{0xD5};
  if (change == "one behind the last") insert_at(jpeg, jpeg.size() - 2, to_bytes({0xFF, 0xD5}));
  if (change == "none")
    for (auto at = restarts.rbegin(); at != restarts.rend(); ++at) erase_at(jpeg, *at, 2);

  JpegLayout as_it_came;
  CHECK((validate_jpeg(jpeg, as_it_came) == JpegVerdict::ok) != is_repaired);
  EncodedFrame frame;
  frame.storage.push_back(jpeg);
  REQUIRE(validate(frame) == JpegVerdict::ok);
  CHECK(frame.layout.bands.size() == bands);
  CHECK(frame.layout.band_height * static_cast<int>(bands) >= frame.layout.height);
  CHECK((bytes_of(frame.layout) == jpeg) != is_repaired);
}

TEST_CASE("restart markers without an interval leave one band") {
  const ByteVector jpeg =
      without_segments(encode_plainly(make_bgr(64, 96), {.restart = "1"}), 0xDD);
  const JpegLayout layout = validated(jpeg);
  CHECK(layout.bands.size() == 1);
  CHECK(bytes_of(layout) == jpeg);
}

TEST_CASE("an interval of zero means no restart intervals") {
  ByteVector jpeg = encode_plainly(make_bgr(64, 96));
  insert_at(jpeg, find_segment(jpeg, 0xDA), to_bytes({0xFF, 0xDD, 0, 4, 0, 0}));
  CHECK(validated(jpeg).bands.size() == 1);
}

TEST_CASE("of two intervals the later one counts") {
  ByteVector jpeg = encode_plainly(make_bgr(64, 96), {.restart = "1"});
  insert_at(jpeg, find_segment(jpeg, 0xDD), to_bytes({0xFF, 0xDD, 0, 4, 0, 8}));
  CHECK(validated(jpeg).bands.size() == 6);
}

TEST_CASE("a comment after the scan belongs to the last band") {
  ByteVector jpeg = encode_plainly(make_bgr(64, 96), {.restart = "1"});
  insert_at(jpeg, jpeg.size() - 2, to_bytes({0xFF, 0xFE, 0, 6, 0xFF, 0xD9, 0xFF, 0xD3}));
  const JpegLayout layout = validated(jpeg);
  CHECK(layout.bands.size() == 6);
  CHECK(bytes_of(layout) == jpeg);
}

}  // namespace
}  // namespace jpegwire::jpeg_bands_test
