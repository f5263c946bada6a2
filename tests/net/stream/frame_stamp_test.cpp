#include "net/stream/frame_stamp.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "codec/bytes.hpp"
#include "codec/jpeg_layout.hpp"
#include "support/jpegs.hpp"

namespace jpegwire::frame_stamp_test {
namespace {

using namespace test;

const FrameStamp kStamp{.stream_id = 0x0102030405060708,
                        .sequence = 0x090A0B0C,
                        .capture_time = WallTime(microseconds(0x00060D0E0F101112)),
                        .send_time = WallTime(microseconds(0x0006131415161718)),
                        .echo = WallTime(microseconds(0x0006191A1B1C1D1E)),
                        .echo_hold = microseconds(0x1F202122)};

ByteVector written(const FrameStamp& stamp) {
  ByteVector bytes(kStampSizeBytes);
  write_stamp(stamp, std::span(bytes).first<kStampSizeBytes>());
  return bytes;
}

/// As an earlier sender writes it.
ByteVector version_1() {
  return to_bytes({0xFF, 0xE9, 0,    53,                                     // APP9, its length
                   'j',  'p',  'e',  'g',  'w',  'i',  'r',  'e',  0, 1, 0,  // name, version, flags
                   1,    2,    3,    4,    5,    6,    7,    8,              // stream id
                   9,    0x0A, 0x0B, 0x0C,                                   // sequence number
                   0,    6,    0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12,           // capture time
                   0,    6,    0x13, 0x14, 0x15, 0x16, 0x17, 0x18,           // send time
                   0,    6,    0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E,           // echo
                   0x1F, 0x20, 0x21, 0x22});                                 // echo hold
}

TEST_CASE("a stamp has the protocol's bytes") {
  ByteVector expected = to_bytes({0xFF, 0xE9, 0, 94, 'j', 'p', 'e', 'g', 'w', 'i', 'r', 'e', 0, 2});
  append(expected, to_bytes("00"
                            "0102030405060708"
                            "090a0b0c"
                            "00060d0e0f101112"
                            "0006131415161718"
                            "0006191a1b1c1d1e"
                            "1f202122"));
  CHECK(written(kStamp) == expected);
}

TEST_CASE("a stamp of version 1 is read") {
  CHECK(read_stamp(version_1()) == kStamp);
  ByteVector flagged = version_1();
  flagged[14] = std::byte{0x82};
  CHECK(read_stamp(flagged) == kStamp);
}

TEST_CASE("no value of a field is taken for a marker") {
  FrameStamp stamp = kStamp;
  stamp.stream_id = 0xFFD9'FFD8'FFDA'FFD9;
  const ByteVector bytes = written(stamp);
  CHECK(std::count(bytes.begin(), bytes.end(), std::byte{0xFF}) == 1);
  CHECK(read_stamp(bytes) == stamp);
}

TEST_CASE("a written stamp is read back") {
  CHECK(read_stamp(written(kStamp)) == kStamp);
  CHECK(read_stamp(written({})) == FrameStamp{});
  FrameStamp card = kStamp;
  card.no_signal = true;
  CHECK(read_stamp(written(card)) == card);
  ByteVector followed = written(kStamp);
  append(followed, to_bytes({0xFF, 0xDB}));
  CHECK(read_stamp(followed) == kStamp);
}

TEST_CASE("a truncated stamp is refused") {
  const ByteVector bytes = GENERATE(written(kStamp), version_1());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read_stamp(Bytes(bytes).first(size)));
  }
}

TEST_CASE("another segment or version is refused, other flags are accepted") {
  const ByteVector bytes = GENERATE(written(kStamp), version_1());
  for (std::size_t at = 0; at < 14; ++at) {
    CAPTURE(at);
    ByteVector changed = bytes;
    changed[at] ^= std::byte{4};
    CHECK_FALSE(read_stamp(changed));
  }
  ByteVector flagged = written(kStamp);
  flagged[14] = std::byte{'8'};
  CHECK(read_stamp(flagged) == kStamp);
}

TEST_CASE("fields that are not hexadecimal digits are refused") {
  ByteVector bytes = written(kStamp);
  bytes[GENERATE(14U, 15U, 60U, 95U)] = static_cast<std::byte>(GENERATE('g', ' ', '\0', '\xff'));
  CHECK_FALSE(read_stamp(bytes));
}

TEST_CASE("a hold is clamped to the range of its field") {
  FrameStamp stamp = kStamp;
  stamp.echo_hold = microseconds(-5);
  CHECK(read_stamp(written(stamp))->echo_hold == microseconds::zero());
  stamp.echo_hold = std::chrono::hours(10);
  CHECK(read_stamp(written(stamp))->echo_hold == microseconds(0xFFFFFFFF));
}

TEST_CASE("impossible times are clamped so that sums of them are defined") {
  ByteVector bytes = written(kStamp);
  std::fill(bytes.begin() + 40, bytes.begin() + 88, std::byte{'f'});
  const std::optional<FrameStamp> stamp = read_stamp(bytes);
  REQUIRE(stamp);
  CHECK(stamp->capture_time > wall_now());
  CHECK(stamp->capture_time < WallTime(std::chrono::hours(24 * 366 * 1100)));
  CHECK(stamp->send_time == stamp->capture_time);
  CHECK(stamp->echo == stamp->capture_time);
}

ByteVector stamped(Bytes jpeg) {
  const HeaderAroundStamp header = cut_at_stamp(jpeg.subspan(2));
  ByteVector bytes = to_bytes({0xFF, 0xD8});
  append(bytes, header.front);
  append(bytes, written(kStamp));
  append(bytes, header.rest);
  return bytes;
}

TEST_CASE("a stamp stands behind JFIF and is replaced by the next one") {
  const ByteVector jpeg = encode_plainly(make_bgr(16, 16));
  REQUIRE(jpeg[3] == std::byte{0xE0});
  ByteVector expected = jpeg;
  insert_at(expected, 20, written(kStamp));
  CHECK(stamped(jpeg) == expected);
  CHECK(stamped(expected) == expected);
  JpegLayout layout;
  REQUIRE(validate_jpeg(expected, layout) == JpegVerdict::ok);
  CHECK(find_stamp(layout.header) == kStamp);
  CHECK(stamped_size_bytes(layout, cut_at_stamp(layout.header)) == expected.size());
  CHECK_NOTHROW(decode_plainly(expected));
}

TEST_CASE("a stamp of version 1, in front of JFIF, is replaced by one behind it") {
  const ByteVector jpeg = encode_plainly(make_bgr(16, 16));
  ByteVector old = jpeg;
  insert_at(old, 2, version_1());
  CHECK(find_stamp(Bytes(old).subspan(2)) == kStamp);
  CHECK(stamped(old) == stamped(jpeg));
}

TEST_CASE("a stamp among the other segments is found, and not behind them") {
  const ByteVector jpeg = encode_plainly(make_bgr(16, 16));
  ByteVector fill = stamped(jpeg);
  insert_at(fill, 2, to_bytes({0xFF, 0xFF}));
  CHECK(find_stamp(Bytes(fill).subspan(2)) == kStamp);
  ByteVector later = jpeg;
  insert_at(later, find_segment(jpeg, 0xC0), written(kStamp));
  CHECK(find_stamp(Bytes(later).subspan(2)) == kStamp);
  ByteVector in_scan = jpeg;
  insert_at(in_scan, find_scan(jpeg), written(kStamp));
  CHECK_FALSE(find_stamp(Bytes(in_scan).subspan(2)));
}

TEST_CASE("the first bytes of a JPEG that does not begin with JFIF stay the same") {
  const ByteVector jpeg = without_segments(encode_plainly(make_bgr(16, 16)), 0xE0);
  REQUIRE(jpeg[3] == std::byte{0xDB});
  const ByteVector sent = stamped(jpeg);
  CHECK(Bytes(sent)[3] == std::byte{0xDB});
  CHECK(find_stamp(Bytes(sent).subspan(2)) == kStamp);
  CHECK_NOTHROW(decode_plainly(sent));
}

TEST_CASE("bytes that are no segments have no stamp") {
  for (const ByteVector& bytes :
       {ByteVector{}, to_bytes({0xFF}), to_bytes({0xFF, 0xFF}), to_bytes({0xFF, 0xE0, 0, 200}),
        to_bytes({0xFF, 0xE0, 0xFF, 0xFF, 1}), to_bytes({0xFF, 0xD8, 0, 2}), to_bytes({1, 2, 3, 4}),
        to_bytes({0xFF, 0xE0, 0, 0})}) {
    CHECK_FALSE(find_stamp(bytes));
    const HeaderAroundStamp header = cut_at_stamp(bytes);
    CHECK(header.front.size() + header.rest.size() == bytes.size());
  }
}

}  // namespace
}  // namespace jpegwire::frame_stamp_test
