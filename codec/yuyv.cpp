#include "codec/yuyv.hpp"

#include <cstdint>

namespace jpegwire {
namespace {

// Loops over plain bytes without aliasing, which the compiler turns into vector instructions.
void take_luma(const std::uint8_t* __restrict row, std::uint8_t* __restrict luma,
               std::ptrdiff_t pixels) {
  for (std::ptrdiff_t i = 0; i < pixels; ++i) luma[i] = row[2 * i];
}

void take_chroma(const std::uint8_t* __restrict upper, const std::uint8_t* __restrict lower,
                 std::uint8_t* __restrict u, std::uint8_t* __restrict v, std::ptrdiff_t samples) {
  for (std::ptrdiff_t i = 0; i < samples; ++i) {
    u[i] = static_cast<std::uint8_t>((upper[4 * i + 1] + lower[4 * i + 1] + 1) >> 1);
    v[i] = static_cast<std::uint8_t>((upper[4 * i + 3] + lower[4 * i + 3] + 1) >> 1);
  }
}

}  // namespace

void yuyv_to_i420(const Picture& picture, int top, Picture& band) {
  const int width = picture.width;
  const int chroma_width = half_up(width);
  const std::ptrdiff_t stride = std::ptrdiff_t{4} * chroma_width;
  const auto* row = reinterpret_cast<const std::uint8_t*>(picture.pixels.data()) + top * stride;
  auto* luma = reinterpret_cast<std::uint8_t*>(band.pixels.data());
  auto* u = luma + std::ptrdiff_t{width} * band.height;
  auto* v = u + std::ptrdiff_t{chroma_width} * half_up(band.height);

  for (int y = 0; y < band.height; y += 2) {
    const bool has_lower = y + 1 < band.height;
    const std::uint8_t* lower = has_lower ? row + stride : row;
    take_luma(row, luma, width);
    if (has_lower) take_luma(lower, luma + width, width);
    take_chroma(row, lower, u, v, chroma_width);
    row += 2 * stride;
    luma += 2 * std::ptrdiff_t{width};
    u += chroma_width;
    v += chroma_width;
  }
}

}  // namespace jpegwire
