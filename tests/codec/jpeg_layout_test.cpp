#include "codec/jpeg_layout.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "support/jpegs.hpp"

namespace jpegwire::jpeg_layout_test {
namespace {

using namespace test;

/// A frame whose only buffer is the JPEG, like a received frame.
void fill(EncodedFrame& frame, ByteVector jpeg) { frame.storage.assign(1, std::move(jpeg)); }

JpegVerdict verdict_on(const ByteVector& jpeg) {
  JpegLayout layout;
  return validate_jpeg(jpeg, layout);
}

ByteVector small_jpeg() { return encode_plainly(make_bgr(32, 32)); }

ByteVector with_byte(ByteVector jpeg, std::size_t at, int value) {
  jpeg.at(at) = static_cast<std::byte>(value);
  return jpeg;
}

std::size_t frame_header(Bytes jpeg) { return find_segment(jpeg, 0xC0); }

TEST_CASE("baseline JPEGs are valid, and their layout is known") {
  struct Case {
    int subsampling;
    int components;
    int mcu_width;
    int mcu_height;
  };
  const auto expected =
      GENERATE(Case{TJSAMP_420, 3, 16, 16}, Case{TJSAMP_422, 3, 16, 8}, Case{TJSAMP_444, 3, 8, 8},
               Case{TJSAMP_440, 3, 8, 16}, Case{TJSAMP_411, 3, 32, 8}, Case{TJSAMP_GRAY, 1, 8, 8});
  CAPTURE(expected.subsampling);
  const ByteVector jpeg = encode_plainly(make_bgr(51, 37), {.subsampling = expected.subsampling});
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  CHECK(layout.width == 51);
  CHECK(layout.height == 37);
  CHECK(layout.components == expected.components);
  CHECK(layout.mcu_width == expected.mcu_width);
  CHECK(layout.mcu_height == expected.mcu_height);
  CHECK(layout.has_huffman_tables);
  CHECK(layout.bands.size() == 1);
  CHECK(layout.band_height >= 37);
  CHECK(layout.size_bytes() == jpeg.size());
  CHECK(bytes_of(layout) == jpeg);
}

TEST_CASE("the layout says where the height and the scan are") {
  const ByteVector jpeg = small_jpeg();
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  CHECK(layout.header[layout.height_offset] == std::byte{0});
  CHECK(layout.header[layout.height_offset + 1] == std::byte{32});
  CHECK(layout.header.data() + layout.height_offset == jpeg.data() + frame_header(jpeg) + 5);
  CHECK(layout.header.data() + layout.scan_offset == jpeg.data() + find_segment(jpeg, 0xDA));
}

TEST_CASE("only baseline coding is valid, and the verdict names another one") {
  CHECK(verdict_on(encode_plainly(make_bgr(32, 32), {.flags = TJFLAG_PROGRESSIVE})) ==
        JpegVerdict::progressive);
  const ByteVector jpeg = small_jpeg();
  const std::size_t at = frame_header(jpeg);
  const auto [code, verdict] = GENERATE(table<int, JpegVerdict>({
      {0xC1, JpegVerdict::ok},
      {0xC2, JpegVerdict::progressive},
      {0xC3, JpegVerdict::lossless},
      {0xC5, JpegVerdict::hierarchical},
      {0xC6, JpegVerdict::hierarchical},
      {0xC7, JpegVerdict::hierarchical},
      {0xC8, JpegVerdict::arithmetic_coding},
      {0xC9, JpegVerdict::arithmetic_coding},
      {0xCA, JpegVerdict::arithmetic_coding},
      {0xCB, JpegVerdict::arithmetic_coding},
      {0xCC, JpegVerdict::arithmetic_coding},
      {0xCD, JpegVerdict::arithmetic_coding},
      {0xCE, JpegVerdict::arithmetic_coding},
      {0xCF, JpegVerdict::arithmetic_coding},
      {0xDE, JpegVerdict::hierarchical},
      {0xDF, JpegVerdict::hierarchical},
  }));
  CAPTURE(code);
  CHECK(verdict_on(with_byte(jpeg, at + 1, code)) == verdict);
}

TEST_CASE("samples of other than 8 bits are refused") {
  const ByteVector jpeg = small_jpeg();
  CHECK(verdict_on(with_byte(jpeg, frame_header(jpeg) + 4, 12)) == JpegVerdict::not_8_bits);
}

TEST_CASE("one or three components are valid") {
  const Handle handle(tjInitCompress());
  const std::vector<unsigned char> pixels(4 * 16 * 16, 99);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  REQUIRE(tjCompress2(handle.get(), pixels.data(), 16, 0, 16, TJPF_CMYK, &out, &size, TJSAMP_444,
                      80, 0) == 0);
  const auto* begin = reinterpret_cast<const std::byte*>(out);
  CHECK(verdict_on(ByteVector(begin, begin + size)) == JpegVerdict::bad_components);
  tjFree(out);

  const ByteVector jpeg = small_jpeg();
  const std::size_t count = frame_header(jpeg) + 9;
  CHECK(verdict_on(with_byte(jpeg, count, 0)) == JpegVerdict::bad_components);
  CHECK(verdict_on(with_byte(jpeg, count, 2)) == JpegVerdict::bad_components);
  CHECK(verdict_on(with_byte(jpeg, count, 1)) == JpegVerdict::bad_segment);  // its length says 3
}

TEST_CASE("sampling factors and table numbers stay within their ranges") {
  const ByteVector jpeg = small_jpeg();
  const std::size_t component = frame_header(jpeg) + 10;
  for (const int factors : {0x00, 0x01, 0x10, 0x15, 0x51, 0xFF}) {
    CAPTURE(factors);
    CHECK(verdict_on(with_byte(jpeg, component + 1, factors)) == JpegVerdict::bad_components);
  }
  CHECK(verdict_on(with_byte(jpeg, component + 2, 4)) == JpegVerdict::bad_components);
}

TEST_CASE("a scan names components of the frame, each once") {
  const ByteVector jpeg = small_jpeg();
  const std::size_t scan = find_segment(jpeg, 0xDA);
  CHECK(verdict_on(with_byte(jpeg, scan + 5, 77)) == JpegVerdict::bad_components);
  CHECK(verdict_on(with_byte(jpeg, scan + 7, 1)) == JpegVerdict::too_many_scans);
  CHECK(verdict_on(with_byte(jpeg, find_scan(jpeg) - 2, 5)) == JpegVerdict::bad_segment);
  CHECK(verdict_on(with_byte(jpeg, scan + 4, 0)) == JpegVerdict::bad_segment);
  CHECK(verdict_on(with_byte(jpeg, scan + 4, 4)) == JpegVerdict::bad_segment);
}

TEST_CASE("empty and huge pictures are refused before anything is allocated") {
  const ByteVector jpeg = small_jpeg();
  const std::size_t size = frame_header(jpeg) + 5;
  CHECK(verdict_on(with_byte(jpeg, size + 1, 0)) == JpegVerdict::empty_picture);
  CHECK(verdict_on(with_byte(jpeg, size + 3, 0)) == JpegVerdict::empty_picture);

  ByteVector bomb = jpeg;
  for (const std::size_t at : {size, size + 2}) {
    bomb[at] = std::byte{0xFF};
    bomb[at + 1] = std::byte{0xDC};
  }
  CHECK(verdict_on(bomb) == JpegVerdict::too_many_pixels);

  JpegLayout layout;
  CHECK(validate_jpeg(jpeg, layout, 32 * 32) == JpegVerdict::ok);
  CHECK(validate_jpeg(jpeg, layout, 32 * 32 - 1) == JpegVerdict::too_many_pixels);
}

TEST_CASE("a bomb of scans is refused at the second") {
  ByteVector jpeg = small_jpeg();
  const std::size_t scan = find_segment(jpeg, 0xDA);
  const ByteVector bytes(jpeg.begin() + static_cast<std::ptrdiff_t>(scan), jpeg.end() - 2);
  for (int i = 0; i < 200; ++i) insert_at(jpeg, jpeg.size() - 2, bytes);
  CHECK(verdict_on(jpeg) == JpegVerdict::too_many_scans);
}

/// Cuts a grey frame's scan into one of three components: the header of a frame with a scan each.
ByteVector jpeg_of_three_scans() {
  ByteVector jpeg = encode_plainly(make_bgr(16, 16), {.subsampling = TJSAMP_444});
  const ByteVector grey = encode_plainly(make_bgr(16, 16), {.subsampling = TJSAMP_GRAY});
  jpeg.resize(find_segment(jpeg, 0xDA));
  for (int id = 1; id <= 3; ++id) {
    append(jpeg, to_bytes({0xFF, 0xDA, 0, 8, 1, id, 0, 0, 63, 0}));
    append(jpeg, Bytes(grey).subspan(find_scan(grey), grey.size() - 2 - find_scan(grey)));
  }
  append(jpeg, to_bytes({0xFF, 0xD9}));
  return jpeg;
}

TEST_CASE("a scan for each component is one band") {
  const ByteVector jpeg = jpeg_of_three_scans();
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  CHECK(layout.bands.size() == 1);
  CHECK(bytes_of(layout) == jpeg);
  CHECK_NOTHROW(decode_plainly(jpeg));
}

TEST_CASE("every component has to be scanned") {
  ByteVector jpeg = jpeg_of_three_scans();
  const std::size_t first = find_segment(jpeg, 0xDA);
  const auto begin = jpeg.begin() + static_cast<std::ptrdiff_t>(first);
  const ByteVector next_scan = to_bytes({0xFF, 0xDA, 0, 8, 1, 3});
  const auto third = std::search(begin, jpeg.end(), next_scan.begin(), next_scan.end());
  jpeg.erase(third, jpeg.end() - 2);
  CHECK(verdict_on(jpeg) == JpegVerdict::missing_scan);
  jpeg.erase(jpeg.begin() + static_cast<std::ptrdiff_t>(first), jpeg.end() - 2);
  CHECK(verdict_on(jpeg) == JpegVerdict::missing_scan);
  CHECK(verdict_on(to_bytes({0xFF, 0xD8, 0xFF, 0xD9})) == JpegVerdict::missing_scan);
}

TEST_CASE("a JPEG cut off at any byte is truncated") {
  ByteVector jpeg = encode_plainly(make_bgr(64, 48), {.restart = "1"});
  if (GENERATE(false, true)) insert_at(jpeg, 2, to_bytes({0xFF, 0xE9, 0, 6, 'a', 'p', 'p', '9'}));
  REQUIRE(verdict_on(jpeg) == JpegVerdict::ok);
  for (std::size_t size = 0; size < jpeg.size(); ++size) {
    JpegLayout layout;
    const JpegVerdict verdict = validate_jpeg(Bytes(jpeg).first(size), layout);
    INFO("cut at " << size << " of " << jpeg.size() << ": " << describe(verdict));
    CHECK(verdict == (size < 2 ? JpegVerdict::not_a_jpeg : JpegVerdict::truncated));
  }
}

TEST_CASE("data other than a JPEG is refused") {
  CHECK(verdict_on({}) == JpegVerdict::not_a_jpeg);
  CHECK(verdict_on(to_bytes("GIF89a")) == JpegVerdict::not_a_jpeg);
  CHECK(verdict_on(to_bytes({0x89, 'P', 'N', 'G'})) == JpegVerdict::not_a_jpeg);
  CHECK(verdict_on(to_bytes({0xFF, 0xD8, 0x00, 0x00})) == JpegVerdict::bad_segment);
  CHECK(verdict_on(to_bytes({0xFF, 0xD8, 0xFF, 0xD8, 0xFF, 0xD9})) == JpegVerdict::bad_segment);
  CHECK(verdict_on(to_bytes({0xFF, 0xD8, 0xFF, 0xD0})) == JpegVerdict::bad_segment);
}

TEST_CASE("segments with contradicting lengths are refused") {
  const ByteVector jpeg = small_jpeg();
  const auto with_segment = [&](std::initializer_list<int> segment) {
    ByteVector changed = jpeg;
    insert_at(changed, frame_header(jpeg), to_bytes(segment));
    return verdict_on(changed);
  };
  CHECK(with_segment({0xFF, 0xFE, 0, 2}) == JpegVerdict::ok);           // an empty comment
  CHECK(with_segment({0xFF, 0xFE, 0, 1}) == JpegVerdict::bad_segment);  // a length below 2
  CHECK(with_segment({0xFF, 0xFE, 0, 0}) == JpegVerdict::bad_segment);
  CHECK(with_segment({0xFF, 0xDD, 0, 3, 0}) == JpegVerdict::bad_segment);  // DRI too short
  CHECK(with_segment({0xFF, 0xDD, 0, 5, 0, 0, 0}) == JpegVerdict::bad_segment);
  CHECK(with_segment({0xFF, 0xDB, 0, 4, 0, 0}) == JpegVerdict::bad_segment);
  CHECK(with_segment({0xFF, 0xC4, 0, 4, 0, 0}) == JpegVerdict::bad_segment);
  CHECK(with_segment({0xFF, 0xDC, 0, 4, 0, 32}) == JpegVerdict::bad_segment);  // DNL
  CHECK(with_segment({0xFF, 0x01}) == JpegVerdict::bad_segment);               // TEM
  CHECK(with_segment({0xFF, 0x7F, 0, 2}) == JpegVerdict::bad_segment);         // RES
  CHECK(with_segment({0xFF, 0xF3, 0, 2}) == JpegVerdict::bad_segment);         // JPG3

  ByteVector two_frames = jpeg;
  const std::size_t at = frame_header(jpeg);
  insert_at(two_frames, at, Bytes(jpeg).subspan(at, 19));
  CHECK(verdict_on(two_frames) == JpegVerdict::bad_segment);

  ByteVector with_lines = jpeg;
  insert_at(with_lines, jpeg.size() - 2, to_bytes({0xFF, 0xDC, 0, 4, 0, 16}));
  CHECK(verdict_on(with_lines) == JpegVerdict::bad_segment);

  const std::size_t tables = find_segment(jpeg, 0xC4);
  CHECK(verdict_on(with_byte(jpeg, tables + 4, 0x24)) == JpegVerdict::bad_segment);
  CHECK(verdict_on(with_byte(jpeg, tables + 5, 255)) == JpegVerdict::bad_segment);
  const std::size_t quantization = find_segment(jpeg, 0xDB);
  CHECK(verdict_on(with_byte(jpeg, quantization + 4, 0x05)) == JpegVerdict::bad_segment);
  CHECK(verdict_on(with_byte(jpeg, quantization + 4, 0x20)) == JpegVerdict::bad_segment);
}

TEST_CASE("a scan in front of the frame header is refused") {
  CHECK(verdict_on(without_segments(small_jpeg(), 0xC0)) == JpegVerdict::bad_segment);
}

TEST_CASE("a missing quantization table is reported") {
  CHECK(verdict_on(without_segments(small_jpeg(), 0xDB)) == JpegVerdict::missing_tables);
}

TEST_CASE("padding after EOI is left out") {
  const ByteVector jpeg = small_jpeg();
  ByteVector padded = jpeg;
  padded.resize(jpeg.size() + 1000);
  JpegLayout layout;
  REQUIRE(validate_jpeg(padded, layout) == JpegVerdict::ok);
  CHECK(bytes_of(layout) == jpeg);
}

TEST_CASE("fill bytes in front of markers are valid") {
  ByteVector jpeg = encode_plainly(make_bgr(32, 48), {.restart = "1"});
  const ByteVector fill = to_bytes({0xFF, 0xFF, 0xFF});
  const Picture expected = decode_plainly(jpeg);
  insert_at(jpeg, jpeg.size() - 2, fill);
  for (const int code : {0xDA, 0xC4, 0xC0, 0xDB}) insert_at(jpeg, find_segment(jpeg, code), fill);
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  CHECK(layout.bands.size() == 3);
  CHECK(bytes_of(layout) == jpeg);
  CHECK(decode_plainly(jpeg).pixels == expected.pixels);
}

TEST_CASE("nothing of an earlier layout remains") {
  JpegLayout layout;
  REQUIRE(validate_jpeg(encode_plainly(make_bgr(64, 64), {.restart = "1"}), layout) ==
          JpegVerdict::ok);
  const ByteVector jpeg = encode_plainly(make_bgr(16, 16), {.subsampling = TJSAMP_GRAY});
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  CHECK(layout.bands.size() == 1);
  CHECK(layout.components == 1);
  CHECK(bytes_of(layout) == jpeg);
}

TEST_CASE("every verdict has its own sentence") {
  std::vector<std::string_view> sentences;
  for (int i = 0; i <= static_cast<int>(JpegVerdict::missing_tables); ++i) {
    const std::string_view sentence = describe(static_cast<JpegVerdict>(i));
    CHECK_FALSE(sentence.empty());
    CHECK(std::count(sentences.begin(), sentences.end(), sentence) == 0);
    sentences.push_back(sentence);
  }
}

TEST_CASE("missing Huffman tables are reported, and the standard ones are added") {
  const auto subsampling = GENERATE(TJSAMP_420, TJSAMP_GRAY);
  const ByteVector jpeg =
      encode_plainly(make_bgr(80, 48), {.subsampling = subsampling, .restart = "1"});
  const ByteVector bare = without_segments(jpeg, 0xC4);
  REQUIRE(bare.size() < jpeg.size());
  EncodedFrame frame;
  fill(frame, bare);
  REQUIRE(validate(frame) == JpegVerdict::ok);
  CHECK_FALSE(frame.layout.has_huffman_tables);
  const std::size_t bands = frame.layout.bands.size();

  add_standard_huffman_tables(frame);
  CHECK(frame.layout.has_huffman_tables);
  CHECK(frame.layout.bands.size() == bands);
  const ByteVector completed = bytes_of(frame.layout);
  CHECK(completed == frame.storage[0]);
  CHECK(decode_plainly(completed).pixels == decode_plainly(jpeg).pixels);
}

}  // namespace
}  // namespace jpegwire::jpeg_layout_test
