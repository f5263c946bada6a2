#pragma once

#include <opencv2/core.hpp>

#include "codec/frame.hpp"

namespace jpegwire {

/// A picture in Y'CbCr 4:2:0 as JFIF defines it (full range): 8 bits each, the two planes of chroma
/// half as wide and as high, rounded up. Copies share the pixels, as cv::Mat does.
struct Planes {
  cv::Mat luma;
  cv::Mat chroma_blue;
  cv::Mat chroma_red;

  /// The part within `area`, which lies inside and begins at even coordinates.
  Planes part(cv::Rect area) const;
};

/// Views an i420 frame's own pixels.
Planes planes_of(Picture& frame);

/// Converts BGR; its size must be even both ways.
Planes to_planes(const cv::Mat& bgr);

/// Paints a landscape: always the same picture for the same size, which must be even both ways. Its
/// shapes grow with the size while its finest texture stays as fine as a pixel, so that it costs an
/// encoder about the same bits per pixel at every size.
Planes make_test_scene(cv::Size size);

}  // namespace jpegwire
