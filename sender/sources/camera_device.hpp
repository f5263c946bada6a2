#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>
#include <optional>
#include <string>

#include "codec/frame.hpp"
#include "codec/object_pool.hpp"
#include "sender/sources/frame_source.hpp"

namespace jpegwire {

struct CameraOptions {
  std::string device = "/dev/video0";
  int width = 1280;
  int height = 720;
  double frames_per_second = 30;  // 0: the camera's maximum
  bool passthrough = true;        // prefer the camera's own JPEGs
};

/// The first /dev/videoN that takes pictures; nothing if there is none. Skips devices that it is
/// not permitted to open, with a warning.
std::optional<std::string> first_camera();

/// The pool of camera frames; it outlives the device that fills them.
struct CameraPools {
  ObjectPool<Picture> raw;
  ObjectPool<EncodedFrame> jpeg;
};

/// The mode that the camera actually uses.
struct CameraMode {
  int fourcc = 0;
  int width = 0;
  int height = 0;
  double frames_per_second = 0;

  std::string text() const;  // such as "MJPG 1280x720 at 30 frames/s"
};

/// An open camera. Used by one thread at a time.
class CameraDevice {
 public:
  /// Opens the camera and settles on the mode closest to the options. Throws std::runtime_error
  /// with a sentence that says what to do.
  explicit CameraDevice(const CameraOptions& options);

  const CameraMode& mode() const { return mode_; }
  bool gives_jpeg() const;

  enum class Outcome { frame, refused, gone };

  /// Waits for the camera's newest frame, for little more than a second: `gone` if none arrives.
  /// `refused`: the frame was not a valid JPEG.
  Outcome read(CameraPools& pools, CapturedFrame& frame);

 private:
  void negotiate(const CameraOptions& options);
  bool choose_format(const CameraOptions& options);
  bool grab_newest();
  std::chrono::microseconds stamped_age() const;
  std::chrono::microseconds age() const;
  void judge_stamps();
  bool retrieve_jpeg(EncodedFrame& frame);
  bool retrieve_raw(Picture& frame);

  cv::VideoCapture capture_;
  CameraMode mode_;
  int buffers_ = 1;
  int frames_judged_ = 0;
  bool has_true_stamps_ = false;
  cv::Mat buffer_;
};

}  // namespace jpegwire
