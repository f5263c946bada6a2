#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>

namespace jpegwire {

/// What a picture's pixels become: kept * keep / 255 + add, all CV_8UC3 and of one size, where the
/// sum fits into a byte.
struct Blend {
  cv::Mat keep;
  cv::Mat add;

  void apply_to(cv::Mat pixels) const;

  /// Puts the other one in front of this, with its top left pixel at `corner`; what is outside of
  /// this is left out.
  void cover_with(const Blend& front, cv::Point corner);
};

/// Moves all pixels a quarter of the way to the colour.
void tint(cv::Mat pixels, const cv::Vec3b& bgr);

}  // namespace jpegwire
