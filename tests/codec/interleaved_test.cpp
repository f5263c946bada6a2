#include "codec/interleaved.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "support/jpegs.hpp"

namespace jpegwire::interleaved_test {
namespace {

using namespace test;

/// The expected content of a band, sample by sample.
ByteVector reference(const Picture& picture, int top, int height) {
  const int chroma_width = half_up(picture.width);
  const bool begins_with_chroma = picture.format == PixelFormat::uyvy;
  const auto sample = [&](int row, int offset) {
    return std::to_integer<int>(
        picture.pixels[static_cast<std::size_t>(row) * 4 * static_cast<std::size_t>(chroma_width) +
                       static_cast<std::size_t>(offset)]);
  };
  ByteVector planes;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < picture.width; ++x)
      planes.push_back(
          static_cast<std::byte>(sample(top + y, 2 * x + (begins_with_chroma ? 1 : 0))));
  for (const int channel : {1, 3})
    for (int y = 0; y < height; y += 2)
      for (int x = 0; x < chroma_width; ++x) {
        const int offset = 4 * x + channel - (begins_with_chroma ? 1 : 0);
        const int upper = sample(top + y, offset);
        const int lower = y + 1 < height ? sample(top + y + 1, offset) : upper;
        planes.push_back(static_cast<std::byte>((upper + lower + 1) / 2));
      }
  return planes;
}

TEST_CASE("a band of a YUYV or UYVY picture is taken apart sample by sample") {
  const auto format = GENERATE(PixelFormat::yuyv, PixelFormat::uyvy);
  const auto [width, height] = GENERATE(table<int, int>(
      {{1, 1}, {2, 2}, {3, 5}, {16, 16}, {17, 33}, {63, 48}, {130, 47}, {257, 19}}));
  const unsigned seed = GENERATE(1U, 2U);
  CAPTURE(format, width, height, seed);
  std::mt19937 random(seed);
  Picture picture;
  picture.resize(format, width, height);
  for (std::byte& byte : picture.pixels) byte = static_cast<std::byte>(random());
  for (int top = 0; top < height; top += 16)
    for (const int rows : {height - top, std::min(16, height - top)}) {
      CAPTURE(top, rows);
      Picture band;
      band.resize(PixelFormat::i420, width, rows);
      take_apart(picture, top, band);
      CHECK(band.pixels == reference(picture, top, rows));
    }
}

TEST_CASE("the chroma of a band of an NV12 picture is taken apart sample by sample") {
  const auto [width, height] =
      GENERATE(table<int, int>({{1, 1}, {2, 2}, {3, 5}, {16, 16}, {17, 33}, {130, 47}}));
  CAPTURE(width, height);
  std::mt19937 random(1);
  Picture picture;
  picture.resize(PixelFormat::nv12, width, height);
  for (std::byte& byte : picture.pixels) byte = static_cast<std::byte>(random());
  const auto columns = static_cast<std::size_t>(half_up(width));
  const auto* chroma = picture.pixels.data() + width * height;
  for (int top = 0; top < height; top += 16) {
    const int rows = std::min(16, height - top);
    const std::size_t samples = columns * static_cast<std::size_t>(half_up(rows));
    ByteVector u(samples), v(samples);
    take_chroma_apart(picture, top, rows, u.data(), v.data());
    const auto* pairs = chroma + static_cast<std::size_t>(top / 2) * 2 * columns;
    for (std::size_t i = 0; i < samples; ++i) {
      REQUIRE(u[i] == pairs[2 * i]);
      REQUIRE(v[i] == pairs[2 * i + 1]);
    }
  }
}

TEST_CASE("sizes of raw pictures") {
  CHECK(raw_size_bytes(PixelFormat::nv12, 4, 4) == 24);
  CHECK(raw_size_bytes(PixelFormat::nv12, 3, 3) == 9 + 4 * 2);
  CHECK(raw_size_bytes(PixelFormat::uyvy, 3, 2) == 16);
  CHECK(raw_size_bytes(PixelFormat::grey, 3, 2) == 6);
  CHECK(raw_size_bytes(PixelFormat::i420, 4, 4) == 24);
  CHECK(raw_size_bytes(PixelFormat::i420, 3, 3) == 9 + 4 + 4);
  CHECK(raw_size_bytes(PixelFormat::yuyv, 4, 2) == 16);
  CHECK(raw_size_bytes(PixelFormat::yuyv, 3, 2) == 16);
  CHECK(raw_size_bytes(PixelFormat::bgr, 3, 3) == 27);
  CHECK(raw_size_bytes(PixelFormat::bgr, 65500, 65500) == 12'870'750'000);
}

TEST_CASE("sizes of raw pictures with padded rows, whose last row needs no padding") {
  CHECK(raw_size_bytes(PixelFormat::grey, 10, 3, 16) == 2 * 16 + 10);
  CHECK(raw_size_bytes(PixelFormat::yuyv, 4, 2, 32) == 32 + 8);
  CHECK(raw_size_bytes(PixelFormat::nv12, 4, 4, 8) == 4 * 8 + 8 + 4);
  CHECK(raw_size_bytes(PixelFormat::i420, 4, 4, 8) == 4 * 8 + 2 * 4 + 4 + 2);
}

}  // namespace
}  // namespace jpegwire::interleaved_test
