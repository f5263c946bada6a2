#include "codec/yuyv.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "support/jpegs.hpp"

namespace jpegwire::yuyv_test {
namespace {

using namespace test;

/// The expected content of a band, sample by sample.
ByteVector reference(const Picture& picture, int top, int height) {
  const int chroma_width = half_up(picture.width);
  const auto sample = [&](int row, int offset) {
    return std::to_integer<int>(
        picture.pixels[static_cast<std::size_t>(row) * 4 * static_cast<std::size_t>(chroma_width) +
                       static_cast<std::size_t>(offset)]);
  };
  ByteVector planes;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < picture.width; ++x)
      planes.push_back(static_cast<std::byte>(sample(top + y, 2 * x)));
  for (const int channel : {1, 3})
    for (int y = 0; y < height; y += 2)
      for (int x = 0; x < chroma_width; ++x) {
        const int upper = sample(top + y, 4 * x + channel);
        const int lower = y + 1 < height ? sample(top + y + 1, 4 * x + channel) : upper;
        planes.push_back(static_cast<std::byte>((upper + lower + 1) / 2));
      }
  return planes;
}

TEST_CASE("a band of a YUYV picture is taken apart sample by sample") {
  const auto [width, height] = GENERATE(table<int, int>(
      {{1, 1}, {2, 2}, {3, 5}, {16, 16}, {17, 33}, {63, 48}, {130, 47}, {257, 19}}));
  const unsigned seed = GENERATE(1U, 2U);
  CAPTURE(width, height, seed);
  std::mt19937 random(seed);
  Picture picture;
  picture.resize(PixelFormat::yuyv, width, height);
  for (std::byte& byte : picture.pixels) byte = static_cast<std::byte>(random());
  for (int top = 0; top < height; top += 16)
    for (const int rows : {height - top, std::min(16, height - top)}) {
      CAPTURE(top, rows);
      Picture band;
      band.resize(PixelFormat::i420, width, rows);
      yuyv_to_i420(picture, top, band);
      CHECK(band.pixels == reference(picture, top, rows));
    }
}

TEST_CASE("sizes of raw pictures") {
  CHECK(raw_size_bytes(PixelFormat::i420, 4, 4) == 24);
  CHECK(raw_size_bytes(PixelFormat::i420, 3, 3) == 9 + 4 + 4);
  CHECK(raw_size_bytes(PixelFormat::yuyv, 4, 2) == 16);
  CHECK(raw_size_bytes(PixelFormat::yuyv, 3, 2) == 16);
  CHECK(raw_size_bytes(PixelFormat::bgr, 3, 3) == 27);
  CHECK(raw_size_bytes(PixelFormat::bgr, 65500, 65500) == 12'870'750'000);
}

}  // namespace
}  // namespace jpegwire::yuyv_test
