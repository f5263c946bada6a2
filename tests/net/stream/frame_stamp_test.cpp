#include "net/stream/frame_stamp.hpp"

#include <catch2/catch.hpp>

#include "codec/bytes.hpp"
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

TEST_CASE("a stamp has the protocol's bytes") {
  CHECK(written(kStamp) ==
        to_bytes({0xFF, 0xE9, 0,    53,                                     // APP9, its length
                  'j',  'p',  'e',  'g',  'w',  'i',  'r',  'e',  0, 1, 0,  // name, version, flags
                  1,    2,    3,    4,    5,    6,    7,    8,              // stream id
                  9,    0x0A, 0x0B, 0x0C,                                   // sequence number
                  0,    6,    0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12,           // capture time
                  0,    6,    0x13, 0x14, 0x15, 0x16, 0x17, 0x18,           // send time
                  0,    6,    0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E,           // echo
                  0x1F, 0x20, 0x21, 0x22}));                                // echo hold
}

TEST_CASE("a written stamp is read back") {
  CHECK(read_stamp(written(kStamp)) == kStamp);
  CHECK(read_stamp(written({})) == FrameStamp{});
  ByteVector followed = written(kStamp);
  append(followed, to_bytes({0xFF, 0xDB}));
  CHECK(read_stamp(followed) == kStamp);
}

TEST_CASE("a truncated stamp is refused") {
  const ByteVector bytes = written(kStamp);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read_stamp(Bytes(bytes).first(size)));
  }
}

TEST_CASE("another segment or version is refused, other flags are accepted") {
  const ByteVector bytes = written(kStamp);
  for (std::size_t at = 0; at < 14; ++at) {
    CAPTURE(at);
    ByteVector changed = bytes;
    changed[at] ^= std::byte{2};
    CHECK_FALSE(read_stamp(changed));
  }
  ByteVector flagged = bytes;
  flagged[14] = std::byte{0x81};
  CHECK(read_stamp(flagged) == kStamp);
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
  std::fill(bytes.begin() + 27, bytes.begin() + 51, std::byte{0xFF});
  const std::optional<FrameStamp> stamp = read_stamp(bytes);
  REQUIRE(stamp);
  CHECK(stamp->capture_time > wall_now());
  CHECK(stamp->capture_time < WallTime(std::chrono::hours(24 * 366 * 1100)));
  CHECK(stamp->send_time == stamp->capture_time);
  CHECK(stamp->echo == stamp->capture_time);
}

TEST_CASE("a stamp is removed from the header of a JPEG") {
  const ByteVector jpeg = encode_plainly(make_bgr(16, 16));
  ByteVector stamped = jpeg;
  insert_at(stamped, 2, written(kStamp));
  JpegLayout layout;
  REQUIRE(validate_jpeg(stamped, layout) == JpegVerdict::ok);
  CHECK(bytes_of(layout) == stamped);
  CHECK(take_stamp(layout) == kStamp);
  CHECK(bytes_of(layout) == jpeg);
  CHECK(byte_at(layout.header, layout.height_offset + 1) == 16);
  CHECK(layout.header[layout.scan_offset + 1] == std::byte{0xDA});
  CHECK_FALSE(take_stamp(layout));
  CHECK_NOTHROW(decode_plainly(stamped));

  SECTION("the stamp of another version stays as a segment like any other") {
    stamped[2 + 13] = std::byte{2};
    REQUIRE(validate_jpeg(stamped, layout) == JpegVerdict::ok);
    CHECK_FALSE(take_stamp(layout));
    CHECK(bytes_of(layout) == stamped);
  }
}

}  // namespace
}  // namespace jpegwire::frame_stamp_test
