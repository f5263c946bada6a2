#include "sender/sources/opencv_camera.hpp"

#include <fmt/format.h>

#include <chrono>

#include "sender/sources/camera_format.hpp"
#include "sender/sources/opencv_quiet.hpp"

namespace jpegwire {

OpenCvCamera::OpenCvCamera(OpenCvCameraOptions options)
    : options_(options), schedule_(options.frames_per_second) {
  quiet_opencv();
  open();
  const double rate = options_.frames_per_second;
  capture_.set(cv::CAP_PROP_FPS, rate > 0 ? rate : kAnyHighRate);
  if (!capture_.isOpened()) open();  // OpenCV closes a camera that does not have the rate
  description_ =
      fmt::format("camera {}, opened by OpenCV: {}x{} at {:.4g} frames/s", options_.number,
                  capture_.get(cv::CAP_PROP_FRAME_WIDTH), capture_.get(cv::CAP_PROP_FRAME_HEIGHT),
                  capture_.get(cv::CAP_PROP_FPS));
}

void OpenCvCamera::open() {
  if (!capture_.open(options_.number))
    throw std::runtime_error(fmt::format(
        "OpenCV cannot open camera {}: it is absent, or another program uses it, or OpenCV does "
        "not know its format; try --source camera:{}, which says why",
        options_.number, options_.number));
  capture_.set(cv::CAP_PROP_FRAME_WIDTH, options_.size.width);
  capture_.set(cv::CAP_PROP_FRAME_HEIGHT, options_.size.height);
}

std::optional<CapturedFrame> OpenCvCamera::read(std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (!capture_.grab()) throw delivers_no_more();
    if (!schedule_.take(std::chrono::steady_clock::now())) {
      ++skipped_;
      continue;
    }
    CapturedFrame frame;
    frame.capture_time = wall_now();
    frame.raw = pool_.take();
    if (!retrieve(*frame.raw)) throw delivers_no_more();
    return frame;
  }
  return std::nullopt;
}

std::runtime_error OpenCvCamera::delivers_no_more() const {
  return std::runtime_error(
      fmt::format("camera {} delivers no more frames to OpenCV; with --source camera:{} the "
                  "sender waits until it is back",
                  options_.number, options_.number));
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
