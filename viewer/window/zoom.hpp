#pragma once

#include <opencv2/core.hpp>
#include <string>

namespace jpegwire {

/// Which part of a picture is seen. Points and parts are told in shares of the picture's sides, so
/// that they hold whatever its size.
class Zoom {
 public:
  static constexpr double kMost = 16;

  /// One step nearer or further away. What is under this point of the view stays there, as far as
  /// the picture reaches.
  void nearer(cv::Point2d point) { scale_at(point, kStep); }
  void further(cv::Point2d point) { scale_at(point, 1 / kStep); }

  void reset() { *this = {}; }

  bool is_whole() const { return factor_ <= 1; }

  /// "zoom 2.8x"
  std::string describe() const;

  cv::Rect2d part() const { return {corner_.x, corner_.y, 1 / factor_, 1 / factor_}; }

 private:
  static constexpr double kStep = 1.4142135623730951;  // two of them double it

  void scale_at(cv::Point2d point, double change);

  double factor_ = 1;
  cv::Point2d corner_;  // the top left one of the part
};

/// The largest size of the same shape that fits.
cv::Size scaled_to_fit(cv::Size size, cv::Size room);

/// Scales this part of a picture so that it fills `to`: smoothly, and averaging where many pixels
/// become one.
void scale_part(const cv::Mat& from, const cv::Rect2d& part, cv::Mat to);

}  // namespace jpegwire
