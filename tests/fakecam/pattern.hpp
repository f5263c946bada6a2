#pragma once

#include <cstdint>
#include <vector>

#include "kept_memory.hpp"

namespace fakecam {

// A picture in planes, with 4:2:2 subsampled colour (half the width, full height).
struct Picture {
  std::uint32_t width;
  std::uint32_t height;
  Bytes luma;
  Bytes blue;
  Bytes red;
};

// The code in the top-left corner: kCodeBits fields of kCodeFieldWidth by kCodeHeight pixels, the
// counter's most significant bit on the left, luma kCodeOne or kCodeZero without colour.
constexpr std::uint32_t kCodeBits = 16;
constexpr std::uint32_t kCodeFieldWidth = 2;
constexpr std::uint32_t kCodeHeight = 8;
constexpr std::uint8_t kCodeOne = 235;
constexpr std::uint8_t kCodeZero = 16;

// The same code along the bottom, kCodeBits fields of 1/16 of the width by 1/8 of the height, which
// remains readable in a scaled or strongly compressed picture.
constexpr std::uint32_t kBarShare = 8;

// Draws a pattern that moves four pixels to the left with each frame, with the code of `counter`.
Picture draw_pattern(std::uint32_t width, std::uint32_t height, std::uint16_t counter);

// Uniform grey.
Picture draw_grey(std::uint32_t width, std::uint32_t height);

// The first of those patterns, with noise that makes its JPEG as large as a camera's.
Picture draw_still(std::uint32_t width, std::uint32_t height);

Bytes to_yuyv(const Picture& picture);

}  // namespace fakecam
