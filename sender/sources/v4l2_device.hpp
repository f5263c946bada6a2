#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "app/descriptor.hpp"
#include "codec/frame.hpp"
#include "sender/sources/camera_buffers.hpp"

namespace jpegwire {

/// What identifies a camera whose device number changes when it is plugged in again: its name, and
/// where it is connected.
struct CameraIdentity {
  std::string card;
  std::string bus;

  bool operator==(const CameraIdentity&) const = default;
};

/// A format that the driver offers.
struct OfferedFormat {
  std::uint32_t fourcc = 0;
  bool is_compressed = false;
};

/// A format that the driver has set.
struct DeviceFormat {
  std::uint32_t fourcc = 0;
  PictureSize size;
  std::size_t stride_bytes = 0;  // 0 for compressed formats
  std::size_t image_bytes = 0;   // at most; 0 if the driver does not say
};

/// Frame rates that the driver offers: one, or all from `min` to `max`.
struct RateRange {
  double min = 0;
  double max = 0;
};

/// An open video device of the kernel (V4L2, single-planar). Bound to one thread.
class V4l2Device {
 public:
  /// Throws std::system_error if the device cannot be opened.
  explicit V4l2Device(const std::string& path);
  ~V4l2Device();
  V4l2Device(const V4l2Device&) = delete;
  V4l2Device& operator=(const V4l2Device&) = delete;

  /// A webcam has other device nodes besides the one for video, for example one for metadata.
  bool captures() const { return captures_; }
  const CameraIdentity& identity() const { return identity_; }

  std::vector<OfferedFormat> formats() const;

  /// Empty if the driver does not say.
  std::vector<RateRange> rates(const DeviceFormat& format) const;

  /// Sets the format, and the size nearest to the wanted one that the driver has. Nothing if the
  /// driver does not set this format. Throws std::system_error if another program uses the device.
  std::optional<DeviceFormat> set_format(std::uint32_t fourcc, PictureSize wanted);

  /// Sets the rate nearest to the wanted one; returns it, or nothing if the driver does not say.
  std::optional<double> set_rate(double frames_per_second);

  /// Starts to stream into about so many buffers. Throws std::system_error.
  void start(unsigned buffers);

  enum class Event { frame, timeout, stopped, gone };

  /// Waits until a buffer is filled. After start().
  Event wait(std::chrono::milliseconds timeout, const std::stop_token& stop);

  /// After start().
  CameraBuffers& buffers() { return *buffers_; }

 private:
  void query();

  Descriptor device_;
  Descriptor stop_event_;
  bool captures_ = false;
  CameraIdentity identity_;
  std::shared_ptr<CameraBuffers> buffers_;
};

}  // namespace jpegwire
