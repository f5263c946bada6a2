#include "sender/sources/test_card.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <set>

using namespace jpegwire;

namespace test_card_test {
namespace {

CapturedFrame read_one(TestCard& card) {
  auto frame = card.read({});
  REQUIRE(frame);
  REQUIRE(frame->raw);
  REQUIRE_FALSE(frame->jpeg);
  return std::move(*frame);
}

/// As an encoder sees it at quality 80.
double bits_per_pixel(Picture& frame) {
  const Planes planes = planes_of(frame);
  std::array<const unsigned char*, 3> pointers{planes.luma.data, planes.chroma_blue.data,
                                               planes.chroma_red.data};
  const int chroma_width = half_up(frame.width);
  const std::array<int, 3> strides{frame.width, chroma_width, chroma_width};
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  tjhandle encoder = tjInitCompress();
  const int failed = tjCompressFromYUVPlanes(encoder, pointers.data(), frame.width, strides.data(),
                                             frame.height, TJSAMP_420, &jpeg, &size, 80, 0);
  tjFree(jpeg);
  tjDestroy(encoder);
  REQUIRE(failed == 0);
  return 8.0 * static_cast<double>(size) / frame.width / frame.height;
}

}  // namespace

TEST_CASE("the test card costs as many bits as a camera's picture", "[test_card][no_tsan]") {
  const auto [width, height] = GENERATE(
      std::pair(320, 240), std::pair(640, 480), std::pair(641, 479), std::pair(1280, 720),
      std::pair(1920, 1080), std::pair(720, 1280), std::pair(3840, 2160), std::pair(7680, 4320));
  TestCard card(width, height, 0);
  const CapturedFrame frame = read_one(card);
  CAPTURE(width, height);
  const double bits = bits_per_pixel(*frame.raw);
  CHECK(bits > 0.9);
  CHECK(bits < 1.2);
}

TEST_CASE("the test card has the requested size", "[test_card]") {
  const auto [width, height] =
      GENERATE(std::pair(1, 1), std::pair(16, 16), std::pair(17, 33), std::pair(65, 48),
               std::pair(160, 120), std::pair(2000, 90), std::pair(90, 2000));
  TestCard card(width, height, 0);
  for (int i = 0; i < 3; ++i) {
    const CapturedFrame frame = read_one(card);
    CHECK(frame.raw->width == width);
    CHECK(frame.raw->height == height);
    CHECK(frame.raw->format == PixelFormat::i420);
    CHECK(frame.raw->pixels.size() == raw_size_bytes(PixelFormat::i420, width, height));
  }
}

TEST_CASE("no two frames of the test card are the same", "[test_card]") {
  TestCard card(320, 240, 0);
  std::set<std::vector<std::byte>> seen;
  for (int i = 0; i < 20; ++i) seen.insert(read_one(card).raw->pixels);
  CHECK(seen.size() == 20);
}

TEST_CASE("a frame of the test card does not change while it is referenced", "[test_card]") {
  TestCard card(320, 240, 0);
  const CapturedFrame held = read_one(card);
  const std::vector<std::byte> before = held.raw->pixels;
  for (int i = 0; i < 5; ++i) read_one(card);
  CHECK(held.raw->pixels == before);
}

TEST_CASE("the test card's capture time is when the frame was due", "[test_card]") {
  TestCard card(64, 64, 50);
  const WallTime begin = wall_now();
  WallTime last = begin;
  for (int i = 0; i < 5; ++i) {
    const CapturedFrame frame = read_one(card);
    CHECK(frame.capture_time >= last);
    last = frame.capture_time;
  }
  CHECK(last - begin >= milliseconds(80));
  CHECK(last <= wall_now());
}

TEST_CASE("the test card says what it is", "[test_card]") {
  CHECK(TestCard(1280, 720, 30).description() == "test card, 1280x720 at 30 frames/s");
  CHECK(TestCard(64, 64, 29.97).description() == "test card, 64x64 at 29.97 frames/s");
}

TEST_CASE("the test card ends when it is stopped", "[test_card]") {
  TestCard card(64, 64, 0.001);
  std::stop_source stop;
  REQUIRE(card.read(stop.get_token()));
  stop.request_stop();
  CHECK_FALSE(card.read(stop.get_token()));
}

TEST_CASE("the test scene is always the same", "[test_card]") {
  const Planes once = make_test_scene({200, 120}), again = make_test_scene({200, 120});
  CHECK(cv::norm(once.luma, again.luma, cv::NORM_INF) == 0);
  CHECK(cv::norm(once.chroma_red, again.chroma_red, cv::NORM_INF) == 0);
}

TEST_CASE("the digits of the clock do not move", "[test_card]") {
  const GlyphFont font(40, 255);
  CHECK(font.width_of("11:11:11.111") == font.width_of("08:08:08.808"));
}

}  // namespace test_card_test
