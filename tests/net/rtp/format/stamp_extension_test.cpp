#include "net/rtp/format/stamp_extension.hpp"

#include <catch2/catch.hpp>

#include "support/jpegs.hpp"

namespace jpegwire::stamp_extension_test {
namespace {

using namespace test;

constexpr std::uint16_t kProfile = 0x1000;

FrameStamp full_stamp() {
  return {.stream_id = 0x0102030405060708,
          .sequence = 0x090A0B0C,
          .capture_time = WallTime(microseconds(0x0D0E0F10111213)),
          .send_time = WallTime(microseconds(0x15161718191A1B)),
          .echo = WallTime(microseconds(0x1D1E1F20212223)),
          .echo_hold = microseconds(0x25262728)};
}

ByteVector written(const StampExtension& extension) {
  ByteVector bytes(kStampExtensionSizeBytes);
  write_stamp_extension(extension, std::span(bytes).first<kStampExtensionSizeBytes>());
  return bytes;
}

/// The element alone, with its head.
ByteVector element(const StampExtension& extension = {}) {
  ByteVector bytes = written(extension);
  erase_at(bytes, 0, 4);
  return bytes;
}

std::optional<StampExtension> read(Bytes elements, std::uint16_t profile = kProfile,
                                   int id = kStampExtensionId) {
  RtpPacket packet;
  packet.extension_profile = profile;
  packet.extension = elements;
  return read_stamp_extension(packet, id);
}

TEST_CASE("a stamp survives RTP unchanged") {
  const bool answers_nacks = GENERATE(false, true);
  FrameStamp stamp = full_stamp();
  stamp.no_signal = GENERATE(false, true);
  const auto extension = read(element({.stamp = stamp, .answers_nacks = answers_nacks}));
  REQUIRE(extension);
  CHECK(extension->stamp == stamp);
  CHECK(extension->answers_nacks == answers_nacks);
}

TEST_CASE("the extension has RFC 8285's two-byte headers, byte for byte") {
  const ByteVector bytes = written({.stamp = full_stamp(), .answers_nacks = true});
  ByteVector expected = to_bytes({0x10, 0x00, 0, 11,  // profile, and the length in words
                                  1, 42,              // the element's identifier and length
                                  1, 1});             // version and flags
  append(expected, to_bytes({1,    2,    3,    4,    5,    6,    7,    8,     // stream id
                             9,    10,   11,   12,                            // sequence
                             0,    0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13,  // capture time
                             0,    0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B,  // send time
                             0,    0x1D, 0x1E, 0x1F, 0x20, 0x21, 0x22, 0x23,  // echo
                             0x25, 0x26, 0x27, 0x28}));                       // echo hold
  CHECK(bytes == expected);
}

TEST_CASE("the stamp is found after padding and other elements") {
  ByteVector elements = to_bytes({0, 0, 7, 3, 1, 2, 3, 9, 0, 0});
  append(elements, element({.stamp = full_stamp()}));
  append(elements, to_bytes({0, 0, 8, 1, 5}));
  const auto extension = read(elements);
  REQUIRE(extension);
  CHECK(extension->stamp == full_stamp());
}

TEST_CASE("the profile's application bits are ignored") {
  CHECK(read(element(), 0x100F));
  CHECK_FALSE(read(element(), 0xBEDE));
  CHECK_FALSE(read(element(), 0x1010));
  CHECK_FALSE(read(element(), 0));
}

TEST_CASE("a stamp with another identifier is found only by that identifier") {
  ByteVector elements = element({.stamp = full_stamp()});
  elements[0] = std::byte{200};
  CHECK_FALSE(read(elements));
  CHECK(read(elements, kProfile, 200));
}

TEST_CASE("a stamp of another version is ignored") {
  ByteVector elements = element();
  elements[2] = std::byte{2};
  CHECK_FALSE(read(elements));
}

TEST_CASE("a longer element of our version begins with our fields") {
  ByteVector elements = element({.stamp = full_stamp()});
  elements[1] = std::byte{45};
  append(elements, to_bytes({1, 2, 3}));
  REQUIRE(read(elements));
  CHECK(read(elements)->stamp == full_stamp());
}

TEST_CASE("a truncated extension has no stamp") {
  const ByteVector elements = element();
  for (std::size_t size = 0; size < elements.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read(Bytes(elements).first(size)));
    ByteVector shorter = elements;
    if (size >= 2) shorter[1] = static_cast<std::byte>(size - 2);
    if (size >= 2) CHECK_FALSE(read(Bytes(shorter).first(size)));
  }
}

TEST_CASE("an extension of padding alone has no stamp") { CHECK_FALSE(read(ByteVector(1000))); }

}  // namespace
}  // namespace jpegwire::stamp_extension_test
