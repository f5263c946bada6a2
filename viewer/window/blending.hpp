#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>

namespace jpegwire {

/// The colour of a window where no picture is, BGR.
inline const cv::Scalar kBackground{24, 24, 24};

/// Changes pixels to pixel * keep / 255 + add. All are CV_8UC3 and of one size, and the sum must
/// fit into a byte.
struct Blend {
  cv::Mat keep;
  cv::Mat add;

  void apply_to(cv::Mat pixels) const;

  /// Puts another blend in front of this one, with its top left pixel at `corner`; clipped to this
  /// one's size.
  void cover_with(const Blend& front, cv::Point corner);
};

/// Mixes all pixels with a quarter of the colour.
void tint(cv::Mat pixels, const cv::Vec3b& bgr);

}  // namespace jpegwire
