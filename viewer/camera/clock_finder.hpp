#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "viewer/camera/clock_pattern.hpp"

namespace jpegwire {

/// Reads the clock's square (codec/clock_pattern.hpp) wherever it is in a picture, seen from an
/// angle too, from some five pixels a cell on. It looks first where it was in the picture before,
/// which takes next to no time. Bound to one thread.
class ClockFinder {
 public:
  /// Nothing where no clock is to be seen, or it was just being drawn anew.
  std::optional<WallTime> read(const Picture& picture, WallTime now);

 private:
  std::optional<WallTime> search(const cv::Mat& bgr, WallTime now);

  std::vector<cv::Point> last_corners_;  // empty: it was not seen yet
  cv::Mat grey_;
  cv::Mat dark_;
};

}  // namespace jpegwire
