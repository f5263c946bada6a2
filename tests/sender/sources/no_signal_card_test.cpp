#include "sender/sources/no_signal_card.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <utility>

using namespace jpegwire;

namespace no_signal_card_test {
namespace {

/// Luma that is clearly not the background.
auto bright_pixels(const Picture& frame) {
  const auto end = frame.pixels.begin() + frame.width * frame.height;
  return std::count_if(frame.pixels.begin(), end,
                       [](std::byte luma) { return luma > std::byte{100}; });
}

}  // namespace

TEST_CASE("the card without a signal shows its words", "[no_signal_card]") {
  NoSignalCard with_words(640, 480, "camera /dev/video0 is gone; waiting for it");
  NoSignalCard without(640, 480, "");
  const auto frame = with_words.next();
  CHECK(frame->width == 640);
  CHECK(frame->height == 480);
  CHECK(frame->format == PixelFormat::i420);
  CHECK(frame->pixels.size() == raw_size_bytes(PixelFormat::i420, 640, 480));
  CHECK(bright_pixels(*without.next()) > 1000);
  CHECK(bright_pixels(*frame) > bright_pixels(*without.next()) + 500);
}

TEST_CASE("the card without a signal is grey and has a margin", "[no_signal_card]") {
  NoSignalCard card(640, 480, std::string(300, 'w'));
  const auto frame = card.next();
  const auto chroma = frame->pixels.begin() + 640 * 480;
  CHECK(std::all_of(chroma, frame->pixels.end(), [](std::byte b) { return b == std::byte{128}; }));
  for (int row = 0; row < 480; ++row) {
    REQUIRE(frame->pixels[static_cast<std::size_t>(row * 640)] == frame->pixels[0]);
    REQUIRE(frame->pixels[static_cast<std::size_t>(row * 640 + 639)] == frame->pixels[0]);
  }
}

TEST_CASE("the card without a signal moves", "[no_signal_card]") {
  NoSignalCard card(640, 480, "waiting");
  std::set<std::vector<std::byte>> seen;
  for (int i = 0; i < 30; ++i) seen.insert(card.next()->pixels);
  CHECK(seen.size() > 20);
}

TEST_CASE("the card without a signal supports every size", "[no_signal_card]") {
  const auto [width, height] =
      GENERATE(std::pair(1, 1), std::pair(2, 1), std::pair(17, 3), std::pair(3, 200),
               std::pair(161, 121), std::pair(3840, 2160));
  NoSignalCard card(width, height, "camera /dev/video0 is gone; waiting for it");
  for (int i = 0; i < 3; ++i) {
    const auto frame = card.next();
    CHECK(frame->width == width);
    CHECK(frame->pixels.size() == raw_size_bytes(PixelFormat::i420, width, height));
  }
}

TEST_CASE("a frame of the card does not change while it is referenced", "[no_signal_card]") {
  NoSignalCard card(320, 240, "waiting");
  const auto held = card.next();
  const auto before = held->pixels;
  for (int i = 0; i < 5; ++i) card.next();
  CHECK(held->pixels == before);
}

}  // namespace no_signal_card_test
