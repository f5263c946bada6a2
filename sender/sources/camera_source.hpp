#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "net/stream/latest_slot.hpp"
#include "sender/sources/camera_device.hpp"
#include "sender/sources/frame_source.hpp"
#include "sender/sources/no_signal_card.hpp"
#include "sender/sources/pacer.hpp"

namespace jpegwire {

/// A camera that may be unplugged and plugged in again, also with another size. While it is absent,
/// or delivers no frame for a second or no intact one for two, it is replaced by a NoSignalCard.
/// Frames are the camera's own JPEGs, or yuyv (bgr if it has neither), and always its newest.
class CameraSource : public FrameSource {
 public:
  explicit CameraSource(CameraOptions options);

  std::string description() const override { return description_; }
  std::optional<CapturedFrame> read(std::stop_token stop) override;
  bool is_online() const override { return is_online_; }
  std::uint64_t corrupt() const override { return corrupt_; }
  std::uint64_t reopened() const override { return reopened_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<CapturedFrame> read_camera(std::stop_token stop);
  std::optional<CapturedFrame> read_card(std::stop_token stop);
  void lose(std::string_view why);
  void take_back(std::unique_ptr<CameraDevice> device);
  void search(std::stop_token stop);
  bool gives_frames(CameraDevice& device);

  CameraOptions options_;
  std::string description_;
  CameraPools pools_;
  std::unique_ptr<CameraDevice> device_;  // null while it is absent
  Clock::time_point last_intact_;
  std::optional<NoSignalCard> card_;
  std::optional<Pacer> card_pacer_;
  std::atomic<bool> is_online_ = true;
  std::atomic<std::uint64_t> corrupt_ = 0;
  std::atomic<std::uint64_t> reopened_ = 0;

  // Opening a camera may take long, so another thread does it while the card is shown.
  LatestSlot<std::unique_ptr<CameraDevice>> found_;
  std::jthread search_;
};

}  // namespace jpegwire
