#pragma once

#include <opencv2/core.hpp>
#include <span>
#include <vector>

namespace jpegwire {

/// Places the pictures of several cameras in a window of this size, row by row, centred and `gap`
/// pixels apart, in the number of columns that shows the pictures largest. Only the shapes of the
/// sizes in `pictures` matter; an empty size is unknown yet and gets the shape of the first known
/// one. No tile is smaller than a pixel.
std::vector<cv::Rect> mosaic_layout(std::span<const cv::Size> pictures, cv::Size window, int gap);

}  // namespace jpegwire
