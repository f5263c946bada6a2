#pragma once

#include <cstdlib>
#include <opencv2/core/utils/logger.hpp>

namespace jpegwire {

/// OpenCV and FFmpeg write to standard error what our own sentences say better. Who sets their
/// environment variables still hears them. To be called before OpenCV opens anything.
inline void quiet_opencv() {
  // OpenCV reads it when it first uses FFmpeg; -8 is AV_LOG_QUIET.
  ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
  if (std::getenv("OPENCV_LOG_LEVEL") == nullptr)
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
}

}  // namespace jpegwire
