#pragma once

#include <opencv2/core.hpp>
#include <span>
#include <vector>

namespace jpegwire {

/// Where the pictures of so many cameras go in a window of that size, in rows from the left to the
/// right and from the top down: in as many columns as show most of them, `gap` pixels apart and
/// around the middle. `pictures` are their sizes, of which the shapes count; an empty one is not
/// known yet, and taken for one like the first that is. No tile is smaller than a pixel.
std::vector<cv::Rect> mosaic_layout(std::span<const cv::Size> pictures, cv::Size window, int gap);

}  // namespace jpegwire
