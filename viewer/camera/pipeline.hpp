#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "codec/jpeg_decoder.hpp"
#include "codec/object_pool.hpp"
#include "net/stream/latest_slot.hpp"
#include "net/stream/stream_observer.hpp"
#include "viewer/camera/band_patcher.hpp"
#include "viewer/camera/clock_finder.hpp"
#include "viewer/camera/shown_frame.hpp"
#include "viewer/camera/statistics.hpp"
#include "viewer/lesson/laboratory.hpp"
#include "viewer/output/frame_saver.hpp"
#include "viewer/output/recording_switch.hpp"

namespace jpegwire {

struct ViewerPipelineSettings {
  int threads = 1;
  std::optional<std::uint64_t> frames;  // end after so many whole ones
  bool whole_frames_only = false;       // show no frame with older bands in it
  bool reads_clock = false;             // the age is what a clock in the picture tells
  Laboratory* laboratory = nullptr;     // is told how frames came, where there is one
};

/// Takes frames from a client of a stream on the io thread, gives them to the saver and to the
/// recording, decodes the newest on a thread of its own and offers the newest picture to the main
/// thread. Counts everything on the way.
class ViewerPipeline final : public StreamObserver {
 public:
  /// Called on any thread, and perhaps more than once, when there is nothing more to do; with a
  /// sentence where that is a failure.
  using OnFinished = std::function<void(const std::string& error)>;

  /// Called on any thread when there is a picture or a notice to be taken.
  using OnNews = std::function<void()>;

  /// All that is lent must outlive it; `saver` may be null.
  ViewerPipeline(ViewerPipelineSettings settings, Statistics& statistics, FrameSaver* saver,
                 RecordingSwitch& recording, OnFinished on_finished, OnNews on_news);

  void start();

  /// Ends the decode thread and waits for it.
  void stop();

  /// From the next frame on, pictures are decoded no larger than it takes to show them at this
  /// size; whole where it is empty, as it is at first. Any thread.
  void want(PictureSize size) { wanted_ = size; }

  /// The newest picture that was not taken yet, or nothing.
  std::optional<ShownFrame> take_picture() { return pictures_.try_take(); }

  /// Why no frame comes, once for each time that it is interrupted.
  std::optional<std::string> take_notice() { return notices_.try_take(); }

  /// Leaves a notice to be taken. Any thread.
  void put_notice(std::string sentence);

  /// After stop(): the last frame that was decoded, or null.
  std::shared_ptr<const ReceivedFrame> last_frame() const { return last_frame_; }

 private:
  void connected(const std::string& peer) override;
  void bytes_read(std::size_t size) override;
  void frame_begun(const std::shared_ptr<ReceivedFrame>& frame) override;
  void frame_received(std::shared_ptr<ReceivedFrame> frame) override;
  void frame_given_up(const ReceivedFrame& frame, Reception how, bool was_begun) override;
  void frame_refused(JpegVerdict verdict) override;
  void interrupted(const std::string& sentence) override;
  void ended(const std::string& error) override;

  void decode(std::stop_token stop);
  Reception decode_frame(const std::shared_ptr<ReceivedFrame>& received,
                         const std::stop_token& stop);
  Reception decode_bands(ReceivedFrame& frame, Picture& picture, const std::stop_token& stop);
  DecodeScale scale_for(PictureSize jpeg) const;
  std::optional<microseconds> age_by_clock(const Picture& picture);

  ViewerPipelineSettings settings_;
  Statistics& statistics_;
  FrameSaver* saver_;
  RecordingSwitch& recording_;
  OnFinished on_finished_;
  OnNews on_news_;
  std::atomic<PictureSize> wanted_ = PictureSize{};
  std::atomic<unsigned> session_ = 0;  // counts the connections
  unsigned last_session_ = 0;          // of the frame before, on the decode thread

  BandPool bands_;
  JpegDecoder decoder_;
  ObjectPool<Picture> picture_pool_;
  std::shared_ptr<const Picture> last_picture_;  // where the next one may need patches of it
  std::vector<Band> new_bands_;
  BandPatcher patcher_;
  ClockFinder clock_;
  std::shared_ptr<const ReceivedFrame> last_frame_;

  LatestSlot<std::shared_ptr<ReceivedFrame>> received_;  // io thread to decode thread
  LatestSlot<ShownFrame> pictures_;                      // decode thread to main thread
  LatestSlot<std::string> notices_;                      // io thread to main thread
  std::jthread decode_thread_;
};

}  // namespace jpegwire
