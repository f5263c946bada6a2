#pragma once

#include <opencv2/core.hpp>
#include <optional>

#include "codec/clock_pattern.hpp"

namespace jpegwire {

/// Reads the clock's square (codec/clock_pattern.hpp) wherever it is in a picture, seen from an
/// angle too, from some five pixels a cell on. Bound to one thread.
class ClockFinder {
 public:
  /// Nothing where no clock is to be seen, or it was just being drawn anew.
  std::optional<WallTime> read(const Picture& picture, WallTime now);

 private:
  std::optional<WallTime> read_square(const std::vector<cv::Point>& corners, WallTime now) const;

  cv::Mat grey_;
  cv::Mat dark_;
};

}  // namespace jpegwire
