#include "net/rtp/jpeg_fitness.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <vector>

#include "support/rtp_frames.hpp"

namespace jpegwire::jpeg_fitness_test {
namespace {

using namespace test;

struct Checked {
  explicit Checked(const FramePointer& frame) {
    fitness = check_fitness(frame->layout, format, tables);
  }
  explicit Checked(const ByteVector& jpeg) : Checked(validated(jpeg)) {}

  JpegFormat format;
  QuantizationTables tables{};
  JpegFitness fitness;
};

ByteVector small_jpeg() { return encode_plainly(make_bgr(32, 32)); }

ByteVector with_byte(ByteVector jpeg, std::size_t at, int value) {
  jpeg.at(at) = static_cast<std::byte>(value);
  return jpeg;
}

TEST_CASE("our own frames are fit") {
  const Checked checked(encoded(640, 360));
  CHECK(checked.fitness == JpegFitness::fit);
  CHECK(checked.format.is_420);
  CHECK(checked.format.width == 640);
  CHECK(checked.format.height == 360);
  CHECK(checked.format.restart_interval > 0);
}

TEST_CASE("a camera's frames in 4:2:2 are fit") {
  const Checked checked(
      encode_plainly(make_bgr(2040, 2040), {.subsampling = TJSAMP_422, .restart = "1"}));
  CHECK(checked.fitness == JpegFitness::fit);
  CHECK_FALSE(checked.format.is_420);
  CHECK(checked.format.restart_interval == 128);
}

TEST_CASE("a camera's frames without Huffman tables are fit") {
  CHECK(Checked(without_segments(small_jpeg(), 0xC4)).fitness == JpegFitness::fit);
}

TEST_CASE("a frame's tables are those of luma and chroma, wherever they are defined") {
  ByteVector jpeg = small_jpeg();
  const std::size_t first = find_segment(jpeg, 0xDB);
  const ByteVector luma(jpeg.begin() + static_cast<std::ptrdiff_t>(first),
                        jpeg.begin() + static_cast<std::ptrdiff_t>(first + 69));
  const Checked before(jpeg);
  erase_at(jpeg, first, luma.size());
  insert_at(jpeg, first + 69, luma);
  const Checked after(jpeg);
  REQUIRE(after.fitness == JpegFitness::fit);
  CHECK(after.tables == before.tables);
  CHECK(std::ranges::equal(Bytes(after.tables).first(64), Bytes(luma).subspan(5)));
}

TEST_CASE("fill bytes in front of a segment are accepted") {
  ByteVector jpeg = small_jpeg();
  insert_at(jpeg, find_segment(jpeg, 0xC4), to_bytes({0xFF, 0xFF, 0xFF}));
  CHECK(Checked(jpeg).fitness == JpegFitness::fit);
}

TEST_CASE("sizes beyond 2040 or between the multiples of 8 are unfit") {
  const auto [width, height, is_fit] = GENERATE(table<int, int, bool>({
      {2040, 8, true},
      {8, 2040, true},
      {2048, 8, false},
      {8, 2048, false},
      {1924, 8, false},
      {1921, 8, false},
      {8, 1081, false},
      {4, 4, false},
  }));
  CAPTURE(width, height);
  const Checked checked(encode_plainly(make_bgr(width, height)));
  CHECK(checked.fitness == (is_fit ? JpegFitness::fit : JpegFitness::bad_size));
}

TEST_CASE("sampling other than 4:2:0 and 4:2:2 is unfit") {
  const int subsampling = GENERATE(TJSAMP_444, TJSAMP_440, TJSAMP_411, TJSAMP_GRAY);
  CAPTURE(subsampling);
  CHECK(Checked(encode_plainly(make_bgr(32, 32), {.subsampling = subsampling})).fitness ==
        JpegFitness::bad_sampling);
}

TEST_CASE("optimized Huffman tables are unfit") {
  setenv("TJ_OPTIMIZE", "1", 1);
  const ByteVector jpeg = small_jpeg();
  unsetenv("TJ_OPTIMIZE");
  REQUIRE(jpeg.size() < small_jpeg().size());
  CHECK(Checked(jpeg).fitness == JpegFitness::bad_huffman_tables);
}

TEST_CASE("standard Huffman tables in an unusual place are unfit") {
  const ByteVector jpeg = small_jpeg();
  const std::size_t scan = find_segment(jpeg, 0xDA);
  CHECK(Checked(with_byte(jpeg, scan + 6, 0x11)).fitness == JpegFitness::bad_huffman_tables);
  CHECK(Checked(with_byte(jpeg, scan + 8, 0x00)).fitness == JpegFitness::bad_huffman_tables);
  CHECK(Checked(with_byte(jpeg, scan + 10, 0x10)).fitness == JpegFitness::bad_huffman_tables);
}

TEST_CASE("tables of 16 bits are unfit") {
  ByteVector jpeg = small_jpeg();
  const std::size_t at = find_segment(jpeg, 0xDB);
  const ByteVector steps(64, std::byte{1});
  jpeg[at + 3] = static_cast<std::byte>(67 + 64);
  jpeg[at + 4] = std::byte{0x10};
  insert_at(jpeg, at + 5, steps);
  CHECK(Checked(jpeg).fitness == JpegFitness::bad_quantization_tables);
}

TEST_CASE("a third quantization table is unfit") {
  ByteVector jpeg = small_jpeg();
  const std::size_t second = find_segment(jpeg, 0xDB) + 69;
  ByteVector third(jpeg.begin() + static_cast<std::ptrdiff_t>(second),
                   jpeg.begin() + static_cast<std::ptrdiff_t>(second + 69));
  third[4] = std::byte{2};
  insert_at(jpeg, second, third);
  CHECK(Checked(jpeg).fitness == JpegFitness::fit);
  CHECK(Checked(with_byte(jpeg, find_segment(jpeg, 0xC0) + 18, 2)).fitness ==
        JpegFitness::bad_quantization_tables);
}

TEST_CASE("one quantization table for luma and chroma is fit") {
  const ByteVector jpeg = small_jpeg();
  const std::size_t frame = find_segment(jpeg, 0xC0);
  const Checked checked(with_byte(with_byte(jpeg, frame + 15, 0), frame + 18, 0));
  REQUIRE(checked.fitness == JpegFitness::fit);
  CHECK(std::ranges::equal(Bytes(checked.tables).first(64), Bytes(checked.tables).last(64)));
}

TEST_CASE("a scan for each component is unfit") {
  ByteVector jpeg = small_jpeg();
  const ByteVector bytes(jpeg.begin() + static_cast<std::ptrdiff_t>(find_scan(jpeg)),
                         jpeg.end() - 2);
  jpeg.resize(find_segment(jpeg, 0xDA));
  for (int id = 1; id <= 3; ++id) {
    append(jpeg, to_bytes({0xFF, 0xDA, 0, 8, 1, id, id == 1 ? 0x00 : 0x11, 0, 63, 0}));
    append(jpeg, bytes);
  }
  append(jpeg, to_bytes({0xFF, 0xD9}));
  CHECK(Checked(jpeg).fitness == JpegFitness::bad_scan);
}

TEST_CASE("a scan with its components in another order is unfit") {
  ByteVector jpeg = small_jpeg();
  const std::size_t scan = find_segment(jpeg, 0xDA);
  std::swap(jpeg[scan + 7], jpeg[scan + 9]);
  CHECK(Checked(jpeg).fitness == JpegFitness::bad_scan);
}

TEST_CASE("every reason says what to do") {
  std::vector<std::string> sentences;
  for (int i = 0; i <= static_cast<int>(JpegFitness::bad_huffman_tables); ++i) {
    const auto fitness = static_cast<JpegFitness>(i);
    const std::string sentence = describe(fitness, 1924, 1080);
    CAPTURE(sentence);
    CHECK(std::ranges::count(sentences, sentence) == 0);
    sentences.push_back(sentence);
    if (fitness == JpegFitness::fit) continue;
    CHECK_THAT(sentence, Catch::Contains("RTP/JPEG") && Catch::Contains("watch over TCP"));
    CHECK_THAT(sentence, Catch::Contains(fitness == JpegFitness::bad_size ? "--size 1920x1080"
                                                                          : "--passthrough off"));
  }
}

TEST_CASE("the suggested size is the nearest that fits") {
  const auto sentence = [](int width, int height) {
    return describe(JpegFitness::bad_size, width, height);
  };
  CHECK_THAT(sentence(2048, 1536),
             Catch::Contains("2048x1536") && Catch::Contains("--size 2040x1528"));
  CHECK_THAT(sentence(1921, 1081), Catch::Contains("--size 1920x1080"));
  CHECK_THAT(sentence(3840, 2160), Catch::Contains("--size 1920x1080"));
  CHECK_THAT(sentence(1, 1), Catch::Contains("--size 16x16"));
}

}  // namespace
}  // namespace jpegwire::jpeg_fitness_test
