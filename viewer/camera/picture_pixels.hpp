#pragma once

#include <opencv2/core.hpp>

#include "codec/frame.hpp"

namespace jpegwire {

/// Views of a BGR picture's pixels; the picture must outlive them.
inline cv::Mat pixels_of(Picture& picture) {
  return {picture.height, picture.width, CV_8UC3, picture.pixels.data()};
}

/// Must only be read: cv::Mat has no type for constant pixels.
inline cv::Mat pixels_of(const Picture& picture) {
  return {picture.height, picture.width, CV_8UC3, const_cast<std::byte*>(picture.pixels.data())};
}

}  // namespace jpegwire
