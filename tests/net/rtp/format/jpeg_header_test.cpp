#include "net/rtp/format/jpeg_header.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "net/rtp/jpeg_fitness.hpp"
#include "support/rtp_frames.hpp"

namespace jpegwire::jpeg_header_test {
namespace {

using namespace test;

/// SOI and the header as a receiver writes them, and what it says of them.
struct Rewritten {
  explicit Rewritten(const EncodedFrame& frame) {
    JpegFormat format;
    QuantizationTables tables;
    REQUIRE(check_fitness(frame.layout, format, tables) == JpegFitness::fit);
    write_jpeg_header(format, component_tables({.bytes = tables}), bytes, layout);
    CHECK(bytes.size() == jpeg_header_size_bytes(format));
  }

  ByteVector bytes;
  JpegLayout layout;
};

ByteVector with_start_of_image(Bytes header) {
  ByteVector bytes = to_bytes({0xFF, 0xD8});
  append(bytes, header);
  return bytes;
}

TEST_CASE("the header of our own frames is written byte for byte") {
  const int bands = GENERATE(0, 1, 2, 30);
  const int quality = GENERATE(1, 80, 99, 100);
  CAPTURE(bands, quality);
  const FramePointer frame = encoded(168, 488, {.quality = quality, .bands = bands});
  CHECK(Rewritten(*frame).bytes == with_start_of_image(frame->layout.header));
}

TEST_CASE("the header of libjpeg's 4:2:0 frames is written byte for byte") {
  const std::string restart = GENERATE("", "1", "3", "5B");
  CAPTURE(restart);
  const FramePointer frame = validated(encode_plainly(make_bgr(2040, 24), {.restart = restart}));
  CHECK(Rewritten(*frame).bytes == with_start_of_image(frame->layout.header));
}

TEST_CASE("with a header for 4:2:2 the bands decode to the same picture") {
  const std::string restart = GENERATE("", "1");
  CAPTURE(restart);
  const ByteVector jpeg =
      encode_plainly(make_bgr(88, 56), {.subsampling = TJSAMP_422, .restart = restart});
  const FramePointer frame = validated(jpeg);
  ByteVector rewritten = Rewritten(*frame).bytes;
  for (const Bytes band : frame->layout.bands) append(rewritten, band);
  CHECK(decode_plainly(rewritten).pixels == decode_plainly(jpeg).pixels);
}

TEST_CASE("a header's layout is the one that validation finds") {
  const int subsampling = GENERATE(TJSAMP_420, TJSAMP_422);
  const std::string restart = GENERATE("", "1");
  CAPTURE(subsampling, restart);
  const FramePointer frame =
      validated(encode_plainly(make_bgr(88, 56), {.subsampling = subsampling, .restart = restart}));
  const Rewritten rewritten(*frame);
  ByteVector jpeg = rewritten.bytes;
  for (const Bytes band : frame->layout.bands) append(jpeg, band);
  JpegLayout expected;
  REQUIRE(validate_jpeg(jpeg, expected) == JpegVerdict::ok);
  CHECK(rewritten.layout.width == expected.width);
  CHECK(rewritten.layout.height == expected.height);
  CHECK(rewritten.layout.components == expected.components);
  CHECK(rewritten.layout.mcu_width == expected.mcu_width);
  CHECK(rewritten.layout.mcu_height == expected.mcu_height);
  CHECK(rewritten.layout.restart_interval == expected.restart_interval);
  CHECK(rewritten.layout.height_offset == expected.height_offset);
  CHECK(rewritten.layout.scan_offset == expected.scan_offset);
  CHECK(rewritten.layout.has_huffman_tables);
  CHECK(rewritten.layout.header.data() == rewritten.bytes.data() + 2);
  CHECK(std::ranges::equal(rewritten.layout.header, expected.header));
}

/// SOI and a header for 48x48 with the tables that a packet has.
ByteVector header_with(const InBandTables& tables) {
  ByteVector header;
  JpegLayout layout;
  write_jpeg_header({.is_420 = true, .q = 255, .width = 48, .height = 48}, component_tables(tables),
                    header, layout);
  return header;
}

ByteVector steps(std::size_t count, int first = 1) {
  ByteVector bytes;
  for (std::size_t i = 0; i < count; ++i)
    bytes.push_back(static_cast<std::byte>(first + static_cast<int>(i % 64)));
  return bytes;
}

ByteVector joined(std::initializer_list<ByteVector> parts) {
  ByteVector all;
  for (const ByteVector& part : parts) append(all, part);
  return all;
}

TEST_CASE("one table is that of all components, and the last of two or three that of Cr") {
  const ByteVector luma = steps(64), chroma = steps(64, 30), red = steps(64, 60);
  CHECK(header_with({.bytes = luma}) == header_with({.bytes = joined({luma, luma, luma})}));
  const ByteVector two = joined({luma, chroma});
  CHECK(header_with({.bytes = two}) == header_with({.bytes = joined({luma, chroma, chroma})}));
  const ByteVector three = header_with({.bytes = joined({luma, chroma, red})});
  CHECK(three == header_with({.bytes = joined({luma, chroma, red, luma})}));
  CHECK(three.size() == header_with({.bytes = two}).size() + 69);
  const std::size_t frame = find_segment(three, 0xC0);
  CHECK(std::to_integer<int>(three.at(frame + 12)) == 0);
  CHECK(std::to_integer<int>(three.at(frame + 15)) == 1);
  CHECK(std::to_integer<int>(three.at(frame + 18)) == 2);
}

TEST_CASE("tables of 16 bits are written as such only if a step needs them") {
  ByteVector wide(128);
  for (std::size_t i = 0; i < 64; ++i) wide[2 * i + 1] = static_cast<std::byte>(i + 1);
  CHECK(header_with({.precision = 1, .bytes = wide}) == header_with({.bytes = steps(64)}));
  wide[126] = std::byte{1};  // the last step is 320
  const ByteVector header = header_with({.precision = 1, .bytes = wide});
  CHECK(find_segment(header, 0xC1) < header.size());
  ByteVector jpeg = encode_plainly(make_bgr(48, 48));
  erase_at(jpeg, 0, find_scan(jpeg));
  CHECK_NOTHROW(decode_plainly(joined({header, jpeg})));
}

}  // namespace
}  // namespace jpegwire::jpeg_header_test
