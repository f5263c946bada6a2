#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "codec/frame.hpp"
#include "codec/object_pool.hpp"
#include "net/stream/refusal_log.hpp"
#include "sender/sources/camera_format.hpp"
#include "sender/sources/frame_source.hpp"
#include "sender/sources/pacer.hpp"
#include "sender/sources/v4l2_device.hpp"

namespace jpegwire {

struct CameraOptions {
  std::string device = "/dev/video0";
  int width = 1280;
  int height = 720;
  double frames_per_second = 30;  // 0: the camera's maximum
  bool passthrough = true;        // prefer the camera's own JPEGs
};

/// All /dev/videoN that there are.
std::vector<std::string> video_devices();

/// Those that take pictures, and those that cannot be opened to find out.
std::vector<std::string> possible_cameras();

/// Nothing if it is not a camera, or cannot be opened.
std::optional<CameraIdentity> identity_of(const std::string& path);

/// The mode that the camera actually uses.
struct CameraMode {
  DeviceFormat format;
  double camera_rate = 0;        // of the camera
  double frames_per_second = 0;  // of these, what is delivered

  std::string text() const;  // such as "MJPG 1280x720 at 30 frames/s"
};

/// What became of a camera's frames that were not delivered. Any thread.
struct CameraStatistics {
  std::atomic<std::uint64_t> corrupt = 0;  // marked as damaged by the driver, short, or refused
  RefusalLog refused;                      // JPEGs
  std::atomic<std::uint64_t> missed = 0;   // lost by the driver
  std::atomic<std::uint64_t> skipped = 0;  // a newer one was there, or fewer are wanted
};

/// An open camera. Used by one thread at a time.
class CameraDevice {
 public:
  /// Opens the camera, settles on the mode closest to the options, and starts it. Throws
  /// std::runtime_error with a sentence that says what to do.
  explicit CameraDevice(const CameraOptions& options);

  const CameraMode& mode() const { return mode_; }
  const CameraIdentity& identity() const { return device_.identity(); }
  bool gives_jpeg() const { return is_jpeg(mode_.format.fourcc); }

  enum class Outcome { frame, damaged, gone, stopped };

  /// Waits for the camera's newest frame, for a second or three frames, and three seconds for the
  /// first one: `gone` if none arrives.
  /// `damaged`: all that arrived were damaged. JPEGs are copied into a frame of the pool; raw
  /// frames stay in the camera's buffer. Frames not delivered are counted.
  Outcome read(ObjectPool<EncodedFrame>& pool, CameraStatistics& statistics, CapturedFrame& frame,
               const std::stop_token& stop);

 private:
  struct Drained {
    std::optional<FilledBuffer> newest;
    bool has_damage = false;
    bool were_all_filled = false;  // the driver had no buffer left for a newer frame
  };

  void negotiate(const CameraOptions& options);
  FormatCandidate choose_format(const CameraOptions& options);
  void set_rate(const FormatCandidate& chosen, double wanted);
  std::chrono::milliseconds timeout() const;
  Drained drain(CameraStatistics& statistics);
  bool is_old(const FilledBuffer& filled) const;
  void count_missed(std::uint32_t sequence, CameraStatistics& statistics);
  bool is_damaged(const FilledBuffer& filled) const;
  bool is_due(const FilledBuffer& filled) const;
  Outcome take(FilledBuffer& filled, ObjectPool<EncodedFrame>& pool, CameraStatistics& statistics,
               CapturedFrame& frame);

  V4l2Device device_;
  CameraMode mode_;
  std::size_t frame_bytes_ = 0;            // that a raw frame needs; 0 for JPEGs
  std::chrono::nanoseconds interval_{};    // of the camera
  std::optional<FrameSchedule> schedule_;  // if fewer frames are wanted than the camera gives
  std::optional<std::uint32_t> last_sequence_;
};

}  // namespace jpegwire
