#include "sender/sources/opencv_camera.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "sender/sources/camera_format.hpp"
#include "sender/sources/opencv_quiet.hpp"

namespace jpegwire {

OpenCvCamera::OpenCvCamera(OpenCvCameraOptions options) : options_(options) {
  quiet_opencv();
  if (!capture_.open(options_.number))
    throw std::runtime_error(fmt::format(
        "OpenCV cannot open camera {}: it is absent, or another program uses it, or OpenCV does "
        "not know its format; try --source camera:{}, which says why",
        options_.number, options_.number));
  const double rate = options_.frames_per_second;
  capture_.set(cv::CAP_PROP_FRAME_WIDTH, options_.size.width);
  capture_.set(cv::CAP_PROP_FRAME_HEIGHT, options_.size.height);
  capture_.set(cv::CAP_PROP_FPS, rate > 0 ? rate : kAnyHighRate);
  description_ =
      fmt::format("camera {}, opened by OpenCV: {}x{} at {:.4g} frames/s", options_.number,
                  capture_.get(cv::CAP_PROP_FRAME_WIDTH), capture_.get(cv::CAP_PROP_FRAME_HEIGHT),
                  capture_.get(cv::CAP_PROP_FPS));
}

std::optional<CapturedFrame> OpenCvCamera::read(std::stop_token stop) {
  if (stop.stop_requested()) return std::nullopt;
  CapturedFrame frame;
  frame.raw = pool_.take();
  const bool is_grabbed = capture_.grab();
  frame.capture_time = wall_now();
  if (!is_grabbed || !retrieve(*frame.raw))
    throw std::runtime_error(
        fmt::format("camera {} delivers no more frames to OpenCV; with --source camera:{} the "
                    "sender waits until it is back",
                    options_.number, options_.number));
  return frame;
}

bool OpenCvCamera::retrieve(Picture& picture) try {
  if (!capture_.retrieve(received_) || received_.type() != CV_8UC3) return false;
  picture.resize(PixelFormat::bgr, received_.cols, received_.rows);
  received_.copyTo(cv::Mat(received_.rows, received_.cols, CV_8UC3, picture.pixels.data()));
  return true;
} catch (const cv::Exception&) {
  return false;
}

}  // namespace jpegwire
