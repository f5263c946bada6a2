#include "codec/interleaved.hpp"

#include <cstdint>

namespace jpegwire {
namespace {

// Loops over plain bytes without aliasing, which the compiler turns into vector instructions.
template <int offset>
void take_luma(const std::uint8_t* __restrict row, std::uint8_t* __restrict luma,
               std::ptrdiff_t pixels) {
  for (std::ptrdiff_t i = 0; i < pixels; ++i) luma[i] = row[2 * i + offset];
}

template <int offset>
void take_chroma(const std::uint8_t* __restrict upper, const std::uint8_t* __restrict lower,
                 std::uint8_t* __restrict u, std::uint8_t* __restrict v, std::ptrdiff_t samples) {
  for (std::ptrdiff_t i = 0; i < samples; ++i) {
    u[i] = static_cast<std::uint8_t>((upper[4 * i + offset] + lower[4 * i + offset] + 1) >> 1);
    v[i] =
        static_cast<std::uint8_t>((upper[4 * i + offset + 2] + lower[4 * i + offset + 2] + 1) >> 1);
  }
}

void split_pairs(const std::uint8_t* __restrict row, std::uint8_t* __restrict u,
                 std::uint8_t* __restrict v, std::ptrdiff_t samples) {
  for (std::ptrdiff_t i = 0; i < samples; ++i) {
    u[i] = row[2 * i];
    v[i] = row[2 * i + 1];
  }
}

const std::uint8_t* numbers(const std::byte* bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes);
}

std::uint8_t* numbers(std::byte* bytes) { return reinterpret_cast<std::uint8_t*>(bytes); }

template <int luma_offset, int chroma_offset>
void take_packed_apart(const RawView& picture, int top, Picture& band) {
  const int width = picture.width;
  const int chroma_width = half_up(width);
  auto* luma = numbers(band.pixels.data());
  auto* u = luma + std::ptrdiff_t{width} * band.height;
  auto* v = u + std::ptrdiff_t{chroma_width} * half_up(band.height);

  for (int y = 0; y < band.height; y += 2) {
    const bool has_lower = y + 1 < band.height;
    const auto* row = numbers(picture.planes[0].row(top + y));
    const auto* lower = has_lower ? numbers(picture.planes[0].row(top + y + 1)) : row;
    take_luma<luma_offset>(row, luma, width);
    if (has_lower) take_luma<luma_offset>(lower, luma + width, width);
    take_chroma<chroma_offset>(row, lower, u, v, chroma_width);
    luma += 2 * std::ptrdiff_t{width};
    u += chroma_width;
    v += chroma_width;
  }
}

}  // namespace

void take_apart(const RawView& picture, int top, Picture& band) {
  if (picture.format == PixelFormat::uyvy) return take_packed_apart<1, 0>(picture, top, band);
  take_packed_apart<0, 1>(picture, top, band);
}

void take_chroma_apart(const RawView& picture, int top, int height, std::byte* u, std::byte* v) {
  const int samples = half_up(picture.width);
  for (int y = 0; y < half_up(height); ++y) {
    split_pairs(numbers(picture.planes[1].row(top / 2 + y)), numbers(u), numbers(v), samples);
    u += samples;
    v += samples;
  }
}

}  // namespace jpegwire
