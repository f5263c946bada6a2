#pragma once

#include <opencv2/core.hpp>
#include <string>

namespace jpegwire {

/// The visible part of a picture. Points and parts are fractions of the picture's sides, so they do
/// not depend on its size.
class Zoom {
 public:
  static constexpr double kMaxFactor = 16;

  /// One step in or out. The part of the picture under this point of the view stays there, unless
  /// the picture ends.
  void zoom_in(cv::Point2d point) { scale_at(point, kStep); }
  void zoom_out(cv::Point2d point) { scale_at(point, 1 / kStep); }

  void reset() { *this = {}; }

  bool is_whole() const { return factor_ <= 1; }

  /// "zoom 2.8x"
  std::string describe() const;

  cv::Rect2d part() const { return {corner_.x, corner_.y, 1 / factor_, 1 / factor_}; }

 private:
  static constexpr double kStep = 1.4142135623730951;  // two steps double the size

  void scale_at(cv::Point2d point, double change);

  double factor_ = 1;
  cv::Point2d corner_;  // top left, of the visible part
};

/// The largest size of the same shape that fits into the room.
cv::Size scaled_to_fit(cv::Size size, cv::Size room);

/// Scales this part of a picture to fill `to`: smoothly, and with averaging when many pixels become
/// one.
void scale_part(const cv::Mat& from, const cv::Rect2d& part, cv::Mat to);

}  // namespace jpegwire
