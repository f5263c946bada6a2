// JPEGs that are not valid as they stand, and that libjpeg, ffmpeg or browsers show all the same.

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_layout.hpp"
#include "support/jpegs.hpp"

namespace jpegwire::odd_jpegs_test {
namespace {

using namespace test;

constexpr int kWidth = 96;
constexpr int kHeight = 64;

ByteVector plain_jpeg() { return encode_plainly(make_bgr(kWidth, kHeight), {.restart = "1"}); }

struct Odd {
  std::string name;
  ByteVector jpeg;
};

ByteVector with_bytes(ByteVector jpeg, std::size_t at, std::initializer_list<int> bytes) {
  for (const int byte : bytes) jpeg.at(at++) = static_cast<std::byte>(byte);
  return jpeg;
}

ByteVector with_inserted(ByteVector jpeg, std::size_t at, const ByteVector& bytes) {
  insert_at(jpeg, at, bytes);
  return jpeg;
}

ByteVector with_inserted(ByteVector jpeg, std::size_t at, std::initializer_list<int> bytes) {
  return with_inserted(std::move(jpeg), at, to_bytes(bytes));
}

/// An APP14 segment with this transform, in place of APP0, which would override it.
ByteVector with_adobe_transform(int transform) {
  const ByteVector jpeg = without_segments(plain_jpeg(), 0xE0);
  return with_inserted(jpeg, 2,
                       {0xFF, 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform});
}

/// Odd in a field that decoders ignore, so that they are passed on as they are.
std::vector<Odd> odd_but_valid() {
  const ByteVector jpeg = plain_jpeg();
  const std::size_t version = find_segment(jpeg, 0xE0) + 9;
  ByteVector padded = jpeg;
  for (std::size_t at = padded.size() - 2; at > find_scan(padded); --at)
    if (padded[at] == std::byte{0xFF} && padded[at + 1] != std::byte{0})
      insert_at(padded, at, ByteVector(5, std::byte{0x1B}));
  return {{"JFIF version 0.00", with_bytes(jpeg, version, {0, 0})},
          {"JFIF version 2.01", with_bytes(jpeg, version, {2, 1})},
          {"JFIF version 255.255", with_bytes(jpeg, version, {255, 255})},
          {"Adobe transform 3", with_adobe_transform(3)},
          {"Adobe transform 255", with_adobe_transform(255)},
          {"padding in front of every restart marker and EOI", padded},
          {"the same identifier for all components", [&] {
             ByteVector same = jpeg;
             for (const std::size_t i : {0, 1, 2}) {
               same[find_segment(jpeg, 0xC0) + 10 + 3 * i] = std::byte{0};
               same[find_segment(jpeg, 0xDA) + 5 + 2 * i] = std::byte{0};
             }
             return same;
           }()}};
}

std::vector<Odd> odd_segments() {
  const ByteVector jpeg = plain_jpeg();
  const std::size_t frame = find_segment(jpeg, 0xC0);
  const std::size_t tables = find_segment(jpeg, 0xDB);
  const std::size_t selection = find_scan(jpeg) - 3;
  const auto after_frame = static_cast<std::ptrdiff_t>(frame + 19);
  ByteVector zeros_between = jpeg;
  for (const int code : {0xDA, 0xC4, 0xC0, 0xDB})
    insert_at(zeros_between, find_segment(jpeg, code), to_bytes({0, 0, 0}));
  ByteVector longer_tables = with_inserted(jpeg, tables + 69, {1, 2, 3});
  longer_tables[tables + 3] = std::byte{70};
  return {
      {"SOS with 0,0,0", with_bytes(jpeg, selection, {0, 0, 0})},
      {"SOS with 1,5,16", with_bytes(jpeg, selection, {1, 5, 16})},
      {"zeros between segments", zeros_between},
      {"junk between segments",
       with_inserted(jpeg, frame, {1, 2, 0xFF, 0, 0xFF, 0xFF, 0, 3, 0xFF})},
      {"two SOI", with_inserted(jpeg, 2, {0xFF, 0xD8})},
      {"SOI between segments", with_inserted(jpeg, frame, {0xFF, 0xD8})},
      {"another frame's header in front",
       with_inserted(jpeg, 0, ByteVector(jpeg.begin(), jpeg.begin() + after_frame))},
      {"line breaks in front of SOI", with_inserted(jpeg, 0, {'\r', '\n'})},
      {"TEM", with_inserted(jpeg, frame, {0xFF, 0x01})},
      {"a restart marker between segments", with_inserted(jpeg, frame, {0xFF, 0xD5})},
      {"a reserved segment", with_inserted(jpeg, frame, {0xFF, 0x7F, 0, 4, 1, 2})},
      {"DNL", with_inserted(jpeg, jpeg.size() - 2, {0xFF, 0xDC, 0, 4, 0, kHeight})},
      {"a comment of length 0", with_inserted(jpeg, frame, {0xFF, 0xFE, 0, 0})},
      {"a comment of length 1", with_inserted(jpeg, frame, {0xFF, 0xFE, 0, 1})},
      {"EOI in front of all segments", with_inserted(jpeg, 2, {0xFF, 0xD9})},
      {"bytes behind the last quantization table", longer_tables},
  };
}

/// The JPEG with the n-th restart marker numbered so; without it if the number is negative.
template <class Number>
ByteVector with_restarts(const ByteVector& jpeg, Number number) {
  ByteVector changed(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(find_scan(jpeg)));
  int n = 0;
  for (std::size_t at = find_scan(jpeg); at < jpeg.size(); ++at) {
    const bool is_restart =
        jpeg[at] == std::byte{0xFF} && (jpeg[at + 1] & std::byte{0xF8}) == std::byte{0xD0};
    if (!is_restart) {
      changed.push_back(jpeg[at]);
      continue;
    }
    const int wanted = number(n++);
    if (wanted >= 0) append(changed, to_bytes({0xFF, 0xD0 + wanted}));
    ++at;
  }
  return changed;
}

std::vector<Odd> odd_restarts() {
  const ByteVector jpeg = plain_jpeg();
  return {{"all are RST0", with_restarts(jpeg, [](int) { return 0; })},
          {"they begin with RST1", with_restarts(jpeg, [](int n) { return n + 1; })},
          {"they count down", with_restarts(jpeg, [](int n) { return 7 - n; })}};
}

std::vector<Odd> odd_ends() {
  const ByteVector jpeg = plain_jpeg();
  const ByteVector open(jpeg.begin(), jpeg.end() - 2);
  return {{"no EOI", open},
          {"half of EOI", with_inserted(open, open.size(), {0xFF})},
          {"a fill byte for EOI", with_inserted(open, open.size(), {0xFF, 0xFF})},
          {"a comment for EOI", with_inserted(open, open.size(), {0xFF, 0xFE, 0, 99, 1})},
          {"SOI for EOI", with_inserted(open, open.size(), {0xFF, 0xD8})},
          {"another frame for EOI", with_inserted(open, open.size(), jpeg)}};
}

Picture decode(const JpegLayout& layout) {
  BandPool pool(2);
  JpegDecoder decoder(pool);
  Picture picture;
  REQUIRE(decoder.decode(layout, picture) == DecodedRows::all);
  return picture;
}

Picture expected_picture() {
  const ByteVector jpeg = plain_jpeg();
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  REQUIRE(layout.bands.size() == kHeight / 16);
  return decode(layout);
}

/// What is passed on must be valid for strict readers, and what came stays as it was.
void check_shown(const Odd& odd, bool is_repaired, bool is_cut_off = false) {
  INFO(odd.name);
  EncodedFrame frame;
  frame.storage.push_back(odd.jpeg);
  REQUIRE(validate(frame) == JpegVerdict::ok);
  CHECK(frame.layout.is_cut_off == is_cut_off);
  CHECK((frame.storage.size() == 2) == is_repaired);
  CHECK((frame.storage.front() == odd.jpeg));
  CHECK(frame.layout.bands.size() == kHeight / 16);
  CHECK((decode(frame.layout).pixels == expected_picture().pixels));
  const ByteVector sent = bytes_of(frame.layout);
  JpegLayout again;
  CHECK(validate_jpeg(sent, again) == JpegVerdict::ok);
  if (is_repaired) CHECK_NOTHROW(decode_plainly(sent));
}

TEST_CASE("JPEGs that are odd in what decoders ignore are shown and passed on as they came") {
  for (const Odd& odd : odd_but_valid()) check_shown(odd, false);
}

TEST_CASE("JPEGs with odd segments are shown, and passed on without the oddity") {
  for (const Odd& odd : odd_segments()) check_shown(odd, true);
}

TEST_CASE("JPEGs whose restart markers are wrongly numbered are shown, and numbered rightly") {
  for (const Odd& odd : odd_restarts()) check_shown(odd, true);
}

TEST_CASE("a scan without the restart markers that DRI announces is decoded without them") {
  const ByteVector jpeg = encode_plainly(make_bgr(kWidth, kHeight));
  EncodedFrame frame;
  frame.storage.push_back(with_inserted(jpeg, 2, {0xFF, 0xDD, 0, 4, 0, kWidth / 16}));
  REQUIRE(validate(frame) == JpegVerdict::ok);
  CHECK(frame.layout.restart_interval == 0);
  CHECK((decode(frame.layout).pixels == decode_plainly(jpeg).pixels));
}

/// The height of each band that can be decoded.
std::vector<int> decoded_heights(const ByteVector& jpeg) {
  EncodedFrame frame;
  frame.storage.push_back(jpeg);
  REQUIRE(validate(frame) == JpegVerdict::ok);
  std::vector<Band> bands;
  for (std::size_t i = 0; i < frame.layout.bands.size(); ++i) bands.push_back(frame.layout.band(i));
  BandPool pool(2);
  JpegDecoder decoder(pool);
  Picture picture;
  decoder.decode(frame.layout, bands, picture);
  std::vector<int> heights;
  for (const Band& band : bands) heights.push_back(band.height);
  return heights;
}

TEST_CASE("where a restart marker is lost, its interval alone is lost") {
  const ByteVector jpeg = plain_jpeg();
  CHECK(decoded_heights(jpeg) == std::vector{16, 16, 16, 16});
  CHECK(decoded_heights(with_restarts(jpeg, [](int n) { return n == 0 ? -1 : n; })) ==
        std::vector{16, 0, 16, 16});
  CHECK(decoded_heights(with_restarts(jpeg, [](int n) { return n == 1 ? -1 : n; })) ==
        std::vector{16, 16, 0, 16});
  CHECK(decoded_heights(with_restarts(jpeg, [](int n) { return n < 2 ? -1 : n; })) ==
        std::vector{16, 0, 0, 16});
}

TEST_CASE("a marker that does not exist costs its interval alone") {
  const ByteVector jpeg = plain_jpeg();
  CHECK(decoded_heights(with_inserted(jpeg, find_scan(jpeg) + 30, {0xFF, 0x01})) ==
        std::vector{0, 16, 16, 16});
  CHECK(decoded_heights(with_inserted(jpeg, find_scan(jpeg) + 30, {0xFF, 0x7F, 0xFF, 0xFF, 0})) ==
        std::vector{0, 16, 16, 16});
}

TEST_CASE("JPEGs without EOI are shown, and passed on with it") {
  for (const Odd& odd : odd_ends()) check_shown(odd, true, true);
}

TEST_CASE("a table whose precision is neither 8 nor 16 bits is one of 16 bits") {
  ByteVector jpeg = plain_jpeg();
  const std::size_t tables = find_segment(jpeg, 0xDB);
  ByteVector wide = to_bytes({0xFF, 0xDB, 0, 2 + 1 + 128, 0x20});
  for (std::size_t i = 0; i < 64; ++i) append(wide, ByteVector{std::byte{0}, jpeg[tables + 5 + i]});
  erase_at(jpeg, tables, 69);
  insert_at(jpeg, tables, wide);
  check_shown({"precision 2", jpeg}, true);
}

TEST_CASE("a restart marker too many in front of EOI changes no row") {
  const ByteVector jpeg = plain_jpeg();
  const ByteVector more = with_inserted(jpeg, jpeg.size() - 2, {0xFF, 0xD3});
  JpegLayout layout;
  REQUIRE(validate_jpeg(more, layout) == JpegVerdict::ok);
  CHECK((decode(layout).pixels == decode_plainly(jpeg).pixels));
}

TEST_CASE("what a repair cannot make safe is refused by its name") {
  const auto verdict_on = [](ByteVector jpeg) {
    EncodedFrame frame;
    frame.storage.push_back(std::move(jpeg));
    return validate(frame);
  };
  const ByteVector jpeg = with_inserted(plain_jpeg(), 2, {0xFF, 0xD8});  // needs a repair
  const std::size_t frame = find_segment(plain_jpeg(), 0xC0) + 2;
  CHECK(verdict_on(jpeg) == JpegVerdict::ok);
  CHECK(verdict_on(with_bytes(jpeg, frame + 1, {0xC2})) == JpegVerdict::progressive);
  CHECK(verdict_on(with_bytes(jpeg, frame + 1, {0xC3})) == JpegVerdict::lossless);
  CHECK(verdict_on(with_bytes(jpeg, frame + 1, {0xC9})) == JpegVerdict::arithmetic_coding);
  CHECK(verdict_on(with_bytes(jpeg, frame + 4, {12})) == JpegVerdict::not_8_bits);
  CHECK(verdict_on(with_bytes(jpeg, frame + 5, {0, 0})) == JpegVerdict::empty_picture);
  CHECK(verdict_on(with_bytes(jpeg, frame + 5, {0xFF, 0xDC, 0xFF, 0xDC})) ==
        JpegVerdict::too_many_pixels);
  CHECK(verdict_on(with_bytes(jpeg, frame + 11, {0x55})) == JpegVerdict::bad_components);

  ByteVector bomb = jpeg;
  const std::size_t scan = find_segment(plain_jpeg(), 0xDA) + 2;
  const ByteVector one(jpeg.begin() + static_cast<std::ptrdiff_t>(scan), jpeg.end() - 2);
  for (int i = 0; i < 50; ++i) insert_at(bomb, bomb.size() - 2, one);
  CHECK(verdict_on(bomb) == JpegVerdict::too_many_scans);
}

TEST_CASE("a JPEG that ends before its scan is refused, behind it none is") {
  const ByteVector jpeg = plain_jpeg();
  const std::size_t scan = find_scan(jpeg);
  for (std::size_t size = 0; size <= jpeg.size(); ++size) {
    CAPTURE(size, scan);
    EncodedFrame frame;
    frame.storage.emplace_back(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(size));
    const JpegVerdict verdict = validate(frame);
    if (size < 2)
      CHECK(verdict == JpegVerdict::not_a_jpeg);
    else
      CHECK(verdict == (size < scan ? JpegVerdict::truncated : JpegVerdict::ok));
  }
}

TEST_CASE("the standard Huffman tables are added to a repaired JPEG too") {
  const ByteVector bare = without_segments(plain_jpeg(), 0xC4);
  EncodedFrame frame;
  frame.storage.emplace_back(bare.begin(), bare.end() - 2);
  REQUIRE(validate_with_tables(frame) == JpegVerdict::ok);
  CHECK(frame.layout.has_huffman_tables);
  CHECK(frame.layout.is_cut_off);
  CHECK((decode(frame.layout).pixels == expected_picture().pixels));
  CHECK_NOTHROW(decode_plainly(bytes_of(frame.layout)));
}

}  // namespace
}  // namespace jpegwire::odd_jpegs_test
