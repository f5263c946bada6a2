#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "net/open_stream.hpp"
#include "net/stream/latest_slot.hpp"
#include "net/stream/stream_observer.hpp"
#include "sender/sources/frame_source.hpp"
#include "sender/sources/no_signal_card.hpp"
#include "sender/sources/pacer.hpp"

namespace jpegwire {

/// Another jpegwire stream: a relay is a sender with this source. Frames keep the capture time of
/// the first sender if it is known; a frame without a stamp counts as captured when its first byte
/// arrived. While the stream is absent, or all of its frames are refused, a card says so; a stream
/// that is only slow is not absent.
class StreamSource final : public FrameSource, private StreamObserver {
 public:
  /// `passthrough` is used for the description only. `frames_per_second` is the rate to
  /// which frames are thinned, and at which single pictures are requested from a URL that gives one
  /// at a time; without it, as fast as they come.
  StreamSource(asio::io_context& io, const std::string& url, bool passthrough = true,
               std::optional<double> frames_per_second = std::nullopt);

  std::string description() const override;
  std::optional<CapturedFrame> read(std::stop_token stop) override;
  void stop() override;
  void frame_passed_on() override;
  void frame_refused() override;
  bool is_online() const override { return !awaits_frame_ && is_origin_online_ && !refuses_all(); }
  std::uint64_t corrupt() const override { return corrupt_; }
  RefusalCounts refused() const override { return refusals_.counts(); }
  Refusals refused_since_shown() const override { return refusals_.recent(); }
  std::uint64_t incomplete() const override { return incomplete_; }
  std::uint64_t skipped() const override { return skipped_; }
  std::uint64_t reopened() const override { return reopened_; }

 private:
  void connected(const std::string& peer) override;
  void bytes_read(std::size_t) override {}
  void frame_received(std::shared_ptr<ReceivedFrame> frame) override;
  void frame_given_up(const LostFrame& frame) override;
  void frame_refused(JpegVerdict verdict) override;
  void packet_refused(const RefusedPacket& packet) override;
  SteadyTime last_shown() const override;
  void interrupted(const std::string& sentence) override;
  void ended(const std::string& error) override;

  void leave_out();
  CapturedFrame pass_on(std::shared_ptr<ReceivedFrame> frame);
  CapturedFrame no_signal(const std::string& sentence);
  std::optional<std::string> why_no_signal() const;
  bool refuses_all() const;
  void refuse(JpegVerdict verdict);
  std::string with_refusals(const std::string& sentence) const;

  const std::string url_;
  const bool passthrough_;
  const SteadyTime begin_ = std::chrono::steady_clock::now();
  std::unique_ptr<StreamInput> input_;                 // io thread
  LatestSlot<std::shared_ptr<ReceivedFrame>> newest_;  // io thread to capture thread
  std::atomic<bool> awaits_frame_ = true;  // at first, and from an interruption to the next frame
  std::atomic<bool> is_origin_online_ = true;  // else the first sender shows a card
  std::atomic<std::uint64_t> corrupt_ = 0;
  std::atomic<std::uint64_t> incomplete_ = 0;
  std::atomic<std::uint64_t> skipped_ = 0;
  std::atomic<std::uint64_t> reopened_ = 0;
  bool has_delivered_ = false;  // the io thread's

  RefusalLog refusals_;
  mutable std::mutex mutex_;
  SteadyTime last_passed_on_{};
  bool has_refused_packets_ = false;

  // The capture thread's.
  FrameSchedule schedule_;
  SteadyTime last_card_{};
  int width_ = 1280;  // of the last frame, used for the card
  int height_ = 720;
  std::optional<NoSignalCard> card_;
};

}  // namespace jpegwire
