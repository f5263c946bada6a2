#include "viewer/camera/clock_pattern.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_encoder.hpp"

namespace jpegwire::clock_pattern_test {
namespace {

constexpr WallTime kNow{microseconds(1'795'300'390'061'469)};
constexpr int kCellPixels = 8;

/// The middle of each cell of a square that fills the picture.
ClockCells cells_of(const Picture& picture) {
  ClockCells cells{};
  for (int row = 0; row < kClockDataCells; ++row)
    for (int column = 0; column < kClockDataCells; ++column) {
      const int x = (column + 2) * kCellPixels + kCellPixels / 2;
      const int y = (row + 2) * kCellPixels + kCellPixels / 2;
      cells[static_cast<std::size_t>(row * kClockDataCells + column)] = static_cast<std::uint8_t>(
          picture.pixels[static_cast<std::size_t>(y * picture.width + x) * 3]);
    }
  return cells;
}

ClockCells cells_of(WallTime time) {
  Picture picture;
  draw_clock(time, kCellPixels, picture);
  return cells_of(picture);
}

ClockCells turned(const ClockCells& cells) {
  ClockCells result{};
  for (std::size_t i = 0; i < 64; ++i) result[i / 8 * 8 + i % 8] = cells[i % 8 * 8 + 7 - i / 8];
  return result;
}

TEST_CASE("the time can be read from a clock's square") {
  for (const auto offset :
       {microseconds(0), microseconds(1), microseconds(-123'456), microseconds(86'400'000'000)}) {
    CHECK(read_clock(cells_of(kNow + offset), kNow) == kNow + offset);
  }
}

TEST_CASE("a clock's square can be read in any rotation") {
  ClockCells cells = cells_of(kNow);
  for (int turn = 0; turn < 4; ++turn) {
    CHECK(read_clock(cells, kNow + milliseconds(50)) == kNow);
    cells = turned(cells);
  }
}

TEST_CASE("a clock's square survives JPEG and a dim, noisy screen") {
  Picture picture;
  draw_clock(kNow, kCellPixels, picture);
  Picture raw;
  raw.resize(PixelFormat::bgr, picture.width, picture.height);
  std::mt19937 random(1);
  for (std::size_t i = 0; i < raw.pixels.size(); ++i) {
    const unsigned dimmed = std::to_integer<unsigned>(picture.pixels[i]) / 3 + 60;
    raw.pixels[i] = static_cast<std::byte>(dimmed + random() % 30);
  }
  BandPool pool(1);
  const auto frame = JpegEncoder(pool, {.quality = 30}).encode(raw);
  JpegDecoder decoder(pool);
  REQUIRE(decoder.decode(frame->layout, picture) == DecodedRows::all);
  CHECK(read_clock(cells_of(picture), kNow) == kNow);
}

TEST_CASE("random cells are not read as a time") {
  ClockCells cells{};
  CHECK_FALSE(read_clock(cells, kNow));
  cells.fill(255);
  CHECK_FALSE(read_clock(cells, kNow));
  std::mt19937 random(1);
  int read = 0;
  for (int i = 0; i < 1000; ++i) {
    for (std::uint8_t& cell : cells) cell = static_cast<std::uint8_t>(random());
    read += read_clock(cells, kNow).has_value();
  }
  CHECK(read <= 1);  // by chance, in 16,000 attempts
}

TEST_CASE("a clock with one wrong cell is not read") {
  for (std::size_t i = 0; i < 64; ++i) {
    ClockCells cells = cells_of(kNow);
    cells[i] = static_cast<std::uint8_t>(255 - cells[i]);
    CHECK_FALSE(read_clock(cells, kNow));
  }
}

}  // namespace
}  // namespace jpegwire::clock_pattern_test
