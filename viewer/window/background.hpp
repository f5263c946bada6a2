#pragma once

#include <opencv2/core.hpp>

namespace jpegwire {

/// What is seen of a window where no picture is, BGR.
inline const cv::Scalar kBackground{24, 24, 24};

}  // namespace jpegwire
