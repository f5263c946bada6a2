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

/// A camera that may be unplugged and plugged in again, also with another size or under another
/// device number. While it is absent, or delivers no frame for a second (for three frames at low
/// rates) or no intact one for two, it is replaced by a NoSignalCard. Frames are the camera's own
/// JPEGs, or its raw pictures, still in its buffers, and always its newest.
class CameraSource : public FrameSource {
 public:
  explicit CameraSource(CameraOptions options);

  std::string description() const override { return description_; }
  std::optional<CapturedFrame> read(std::stop_token stop) override;
  bool is_online() const override { return is_online_; }
  std::uint64_t corrupt() const override { return statistics_.corrupt; }
  RefusalCounts refused() const override { return statistics_.refused.counts(); }
  Refusals refused_since_shown() const override { return statistics_.refused.recent(); }
  void frame_passed_on() override { statistics_.refused.reset_recent(); }
  void frame_refused() override { statistics_.refused.add(JpegVerdict::undecodable); }
  std::uint64_t missed() const override { return statistics_.missed; }
  std::uint64_t skipped() const override { return statistics_.skipped; }
  std::uint64_t reopened() const override { return reopened_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Found {
    std::string path;
    std::unique_ptr<CameraDevice> device;
  };

  std::optional<CapturedFrame> read_camera(const std::stop_token& stop);
  std::optional<CapturedFrame> read_card(std::stop_token stop);
  void lose(std::string_view what_happened);
  std::string why_lost() const;
  void show_on_card(std::string why);
  void take_back(Found found);
  void search(const std::stop_token& stop);
  std::string find() const;
  bool gives_frames(CameraDevice& device, const std::stop_token& stop);

  CameraOptions options_;
  std::string description_;
  ObjectPool<EncodedFrame> jpegs_;
  std::unique_ptr<CameraDevice> device_;  // null while it is absent
  std::string path_;                      // its latest
  CameraIdentity identity_;               // of the first camera
  Clock::time_point last_intact_;
  std::string what_happened_;  // to the camera, when it was lost
  std::optional<NoSignalCard> card_;
  std::string shown_on_card_;
  std::optional<Pacer> card_pacer_;
  std::atomic<bool> is_online_ = true;
  CameraStatistics statistics_;
  std::atomic<std::uint64_t> reopened_ = 0;

  // Opening a camera may take long, so another thread does it while the card is shown.
  LatestSlot<Found> found_;
  std::jthread search_;
};

}  // namespace jpegwire
