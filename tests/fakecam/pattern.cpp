#include "pattern.hpp"

#include <algorithm>
#include <cstddef>
#include <random>

namespace fakecam {
namespace {

constexpr std::uint32_t kPeriod = 256;
constexpr std::uint32_t kPixelsPerFrame = 4;
constexpr std::uint32_t kPixelsPerRow = 2;
constexpr std::uint8_t kGrey = 128;

struct Area {
  std::uint32_t x;
  std::uint32_t y;
  std::uint32_t width;
  std::uint32_t height;
};

// A row that repeats every kPeriod pixels and is kPeriod longer than the picture, so that each row
// of the picture is a copy of a part of it: fast enough for 720p without -O2.
Bytes ramp(std::uint32_t size, std::uint32_t step, std::uint32_t low) {
  Bytes row(size + kPeriod);
  for (std::uint32_t i = 0; i < row.size(); ++i) {
    const std::uint32_t phase = i * step % kPeriod;
    const std::uint32_t triangle = phase < kPeriod / 2 ? phase : kPeriod - 1 - phase;
    row[i] = static_cast<std::uint8_t>(low + triangle);
  }
  return row;
}

Bytes slide(const Bytes& row, std::uint32_t width, std::uint32_t height, std::uint32_t start,
            std::uint32_t step) {
  Bytes plane(std::size_t{width} * height);
  for (std::uint32_t y = 0; y < height; ++y) {
    const auto offset = static_cast<std::ptrdiff_t>((start + y * step) % kPeriod);
    std::copy_n(row.begin() + offset, width,
                plane.begin() + static_cast<std::ptrdiff_t>(std::size_t{y} * width));
  }
  return plane;
}

void fill(Bytes& plane, std::uint32_t plane_width, const Area& area, std::uint8_t value) {
  for (std::uint32_t y = area.y; y < area.y + area.height; ++y) {
    const std::size_t start = std::size_t{y} * plane_width + area.x;
    std::fill_n(plane.begin() + static_cast<std::ptrdiff_t>(start), area.width, value);
  }
}

void draw_code(Picture& picture, const Area& field, std::uint16_t counter) {
  for (std::uint32_t bit = 0; bit < kCodeBits; ++bit) {
    const bool one = (counter >> (kCodeBits - 1 - bit) & 1) != 0;
    const Area area{field.x + bit * field.width, field.y, field.width, field.height};
    fill(picture.luma, picture.width, area, one ? kCodeOne : kCodeZero);
  }
  const Area colour{field.x / 2, field.y, field.width * kCodeBits / 2, field.height};
  fill(picture.blue, picture.width / 2, colour, kGrey);
  fill(picture.red, picture.width / 2, colour, kGrey);
}

}  // namespace

Picture draw_pattern(std::uint32_t width, std::uint32_t height, std::uint16_t counter) {
  const std::uint32_t start = counter * kPixelsPerFrame;
  const std::uint32_t half = width / 2;
  Picture picture{width, height, {}, {}, {}};
  picture.luma = slide(ramp(width, 1, 64), width, height, start, kPixelsPerRow);
  picture.blue = slide(ramp(half, 1, 64), half, height, start / 2, 1);
  picture.red = slide(ramp(half, 2, 64), half, height, start / 2, 1);
  const std::uint32_t bar = height / kBarShare;
  if (width >= kCodeBits) draw_code(picture, {0, height - bar, width / kCodeBits, bar}, counter);
  const bool has_room = width >= kCodeBits * kCodeFieldWidth && height >= kCodeHeight;
  if (has_room) draw_code(picture, {0, 0, kCodeFieldWidth, kCodeHeight}, counter);
  return picture;
}

Picture draw_grey(std::uint32_t width, std::uint32_t height) {
  const std::size_t pixels = std::size_t{width} * height;
  return {width, height, Bytes(pixels, kGrey), Bytes(pixels / 2, kGrey), Bytes(pixels / 2, kGrey)};
}

Picture draw_still(std::uint32_t width, std::uint32_t height) {
  constexpr std::uint32_t kGrainLevels = 12;
  Picture picture = draw_pattern(width, height, 0);
  std::minstd_rand grain;
  for (std::uint8_t& luma : picture.luma)
    luma = static_cast<std::uint8_t>(luma + grain() % kGrainLevels);
  return picture;
}

Bytes to_yuyv(const Picture& picture) {
  Bytes yuyv(picture.luma.size() * 2);
  for (std::size_t pair = 0; pair < picture.blue.size(); ++pair) {
    yuyv[4 * pair] = picture.luma[2 * pair];
    yuyv[4 * pair + 1] = picture.blue[pair];
    yuyv[4 * pair + 2] = picture.luma[2 * pair + 1];
    yuyv[4 * pair + 3] = picture.red[pair];
  }
  return yuyv;
}

}  // namespace fakecam
