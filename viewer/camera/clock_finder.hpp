#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "viewer/camera/clock_pattern.hpp"

namespace jpegwire {

/// Reads the clock's square (clock_pattern.hpp) anywhere in a picture, also at an angle, if a cell
/// has about five pixels or more. First it tries the place in the previous picture, which takes
/// almost no time. Bound to one thread.
class ClockFinder {
 public:
  /// Nothing if no clock is visible, or it was just being redrawn.
  std::optional<WallTime> read(const Picture& picture, WallTime now);

 private:
  std::optional<WallTime> search(const cv::Mat& bgr, WallTime now);

  std::vector<cv::Point> last_corners_;  // empty before the clock was found
  cv::Mat grey_;
  cv::Mat dark_;
};

}  // namespace jpegwire
