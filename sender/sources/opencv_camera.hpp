#pragma once

#include <atomic>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "codec/object_pool.hpp"
#include "sender/sources/frame_source.hpp"
#include "sender/sources/pacer.hpp"

namespace jpegwire {

struct OpenCvCameraOptions {
  int number = 0;
  PictureSize size;
  double frames_per_second = 0;  // 0: the camera's maximum
};

/// A camera that OpenCV opens and converts to bgr: one whose format CameraSource does not take, or
/// one that is no V4L2 device. Its frames are stamped when they are read, and thinned to the wanted
/// rate if the camera has no lower one. It ends with an error when the camera delivers no more
/// frames.
class OpenCvCamera : public FrameSource {
 public:
  explicit OpenCvCamera(OpenCvCameraOptions options);

  std::string description() const override { return description_; }
  std::optional<CapturedFrame> read(std::stop_token stop) override;
  std::uint64_t skipped() const override { return skipped_; }

 private:
  void open();
  bool retrieve(Picture& picture);
  std::runtime_error delivers_no_more() const;

  OpenCvCameraOptions options_;
  cv::VideoCapture capture_;
  cv::Mat received_;
  std::string description_;
  ObjectPool<Picture> pool_;
  FrameSchedule schedule_;
  std::atomic<std::uint64_t> skipped_ = 0;
};

}  // namespace jpegwire
