#pragma once

#include "codec/frame.hpp"

namespace jpegwire {

/// The size at which a picture is decoded: a number of eighths of its JPEG's width and height,
/// rounded up. A
/// JPEG is made of blocks of eight by eight samples, so decoding fewer of each is exact for any run
/// of them, and costs less than decoding all and scaling down.
struct DecodeScale {
  static constexpr int kWhole = 8;

  int eighths = kWhole;  // 1 to 8

  /// So many pixels of the JPEG, in pixels of the picture.
  constexpr int of(int pixels) const { return (pixels * eighths + kWhole - 1) / kWhole; }

  bool operator==(const DecodeScale&) const = default;
};

/// The smallest of the scales 1, 1/2, 1/4 and 1/8 at which the picture of a JPEG is no smaller than
/// wanted, either way; the whole where it is smaller itself. libjpeg-turbo is fast at these four:
/// at the others it takes longer than at the next larger one of them, above a half longer than for
/// the whole (the codec's benchmark shows it).
constexpr DecodeScale smallest_scale(PictureSize jpeg, PictureSize wanted) {
  DecodeScale scale{1};
  while (scale.eighths < DecodeScale::kWhole &&
         (scale.of(jpeg.width) < wanted.width || scale.of(jpeg.height) < wanted.height))
    scale.eighths *= 2;
  return scale;
}

}  // namespace jpegwire
