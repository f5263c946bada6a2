#include "net/framing/framing_detector.hpp"

#include <catch2/catch.hpp>

#include "support/jpegs.hpp"

namespace jpegwire::framing_detector_test {
namespace {

using namespace test;
using Kind = DetectedFraming::Kind;

DetectedFraming detect(std::initializer_list<int> bytes,
                       std::size_t max_frame_bytes = kDefaultMaxFrameBytes) {
  return detect_framing(to_bytes(bytes), max_frame_bytes);
}

TEST_CASE("fewer than four bytes are not enough to detect the framing") {
  CHECK(detect({}).kind == Kind::need_more);
  CHECK(detect({0, 0, 1}).kind == Kind::need_more);
  CHECK(detect({'-', '-', 'b'}).kind == Kind::need_more);
}

TEST_CASE("one byte order gives a valid size") {
  CHECK(detect({0, 0, 1, 1}).kind == Kind::size_prefix);
  CHECK(detect({0, 0, 1, 1}).prefix == SizePrefix::be32);
  CHECK(detect({0, 0x80, 0, 1}).prefix == SizePrefix::be32);
  CHECK(detect({1, 1, 0, 0}).kind == Kind::size_prefix);
  CHECK(detect({1, 1, 0, 0}).prefix == SizePrefix::le32);
}

TEST_CASE("both byte orders give a valid size") {
  CHECK(detect({0, 0, 1, 0}).kind == Kind::ambiguous);
  CHECK(detect({0, 1, 0, 0}).kind == Kind::ambiguous);
  CHECK(detect({0, 0x7F, 0x7E, 0}).kind == Kind::ambiguous);
  CHECK(detect({0, 0x80, 0x7E, 0}).prefix == SizePrefix::le32);  // 8421888 is beyond 8 MiB
  CHECK(detect({0, 0x80, 0x7E, 0}).kind == Kind::size_prefix);
}

TEST_CASE("both byte orders give the same size") {
  CHECK(detect({0, 0, 0, 0}).kind == Kind::size_prefix);
  CHECK(detect({0, 0, 0, 0}).prefix == SizePrefix::be32);
  CHECK(detect({0, 1, 1, 0}).kind == Kind::size_prefix);
}

TEST_CASE("the maximum size itself is valid, and one byte more is not") {
  CHECK(detect({0, 0, 2, 1}, 513).kind == Kind::size_prefix);
  CHECK(detect({0, 0, 2, 1}, 512).kind == Kind::unknown);
}

TEST_CASE("text is distinguished from sizes even with the largest limit") {
  const auto detect_text = [](std::string_view text) {
    return detect_framing(to_bytes(text), kLargestMaxFrameBytes - 1);
  };
  CHECK(detect_text("--bo").kind == Kind::parts);
  CHECK(detect_text("HTTP").kind == Kind::parts);
  CHECK(detect_text("\r\n--").kind == Kind::parts);
  CHECK(detect_text("5612").prefix == SizePrefix::ascii16);
  CHECK(detect_text("5612").kind == Kind::size_prefix);
  CHECK(detect_text("9   ").prefix == SizePrefix::ascii16);
  CHECK(detect_text("0   ").prefix == SizePrefix::ascii16);
  CHECK(detect_text("-12 ").prefix == SizePrefix::ascii16);
  CHECK(detect_text("GET ").kind == Kind::unknown);
  CHECK(detect_text("<htm").kind == Kind::unknown);
  CHECK(detect({0xFF, 0xD8, 0xFF, 0xE0}).kind == Kind::parts);
  CHECK(detect({0x80, 0x04, 0x95, 0x00}).kind == Kind::unknown);
}

}  // namespace
}  // namespace jpegwire::framing_detector_test
