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
#include "viewer/camera/camera_updates.hpp"
#include "viewer/camera/clock_finder.hpp"
#include "viewer/camera/shown_frame.hpp"
#include "viewer/camera/statistics.hpp"
#include "viewer/lesson/laboratory.hpp"
#include "viewer/output/frame_saver.hpp"
#include "viewer/output/recording_switch.hpp"

namespace jpegwire {

struct ViewerPipelineSettings {
  std::size_t camera = 0;  // its index
  int threads = 1;
  std::optional<std::uint64_t> frames;  // end after this many complete frames
  bool fills_gaps = false;              // show incomplete frames; else they are lost
  bool reads_clock = false;             // read the age from a clock in the picture
  Laboratory* laboratory = nullptr;     // records how frames arrived, if there is one
};

/// A frame that waits to be decoded: a whole one, or one of datagrams whose bands are still
/// arriving. The other pointer is null.
struct UndecodedFrame {
  std::shared_ptr<const ReceivedFrame> whole;
  std::shared_ptr<const IncomingFrame> incoming;

  const FrameOrigin& origin() const { return whole ? *whole : incoming->origin(); }
  const JpegLayout& layout() const { return whole ? whole->jpeg.layout : incoming->layout(); }
};

/// The path of one camera's frames from the network to the display. On the io thread it takes
/// frames from a stream client and gives them to the saver and the recording. Its own thread
/// decodes the newest frame and hands the picture to the main thread. Counts everything on the way.
class ViewerPipeline final : public StreamObserver {
 public:
  /// Called on any thread, possibly more than once, when there is nothing more to do; `error` is
  /// empty unless that is a failure.
  using OnFinished = std::function<void(const std::string& error)>;

  /// All references must outlive the pipeline; `saver` may be null.
  ViewerPipeline(ViewerPipelineSettings settings, Statistics& statistics, FrameSaver* saver,
                 RecordingSwitch& recording, CameraUpdates& updates, OnFinished on_finished);

  void start();

  /// Ends the decode thread and waits for it.
  void stop();

  /// From the next frame on, pictures are decoded no larger than needed to show them at this size;
  /// at full size if it is empty, which is the default. Any thread.
  void set_wanted_size(PictureSize size) { wanted_ = size; }

  /// After stop(): the last frame that was decoded completely, or null.
  std::shared_ptr<const ReceivedFrame> last_frame() const { return last_frame_; }

 private:
  void connected(const std::string& peer) override;
  void bytes_read(std::size_t size) override;
  bool frame_begun(const std::shared_ptr<const IncomingFrame>& frame) override;
  void frame_received(std::shared_ptr<ReceivedFrame> frame) override;
  void frame_given_up(const LostFrame& frame) override;
  void frame_refused(JpegVerdict verdict) override;
  void interrupted(const std::string& sentence) override;
  void ended(const std::string& error) override;

  void decode(std::stop_token stop);
  void offer(UndecodedFrame frame);
  FrameEnd process(const UndecodedFrame& frame, const std::stop_token& stop);
  FrameEnd decode_bands(const UndecodedFrame& frame, Picture& picture, const std::stop_token& stop);
  void begin_picture(PictureSize jpeg, DecodeScale scale, Picture& picture);
  bool decode_whole(const ReceivedFrame& frame, Picture& picture, DecodeScale scale);
  bool decode_incoming(const IncomingFrame& frame, Picture& picture, DecodeScale scale,
                       const std::stop_token& stop);
  bool is_shown(Reception reception) const;
  void count_discarded(Reception reception);
  DecodedFrame measure(const UndecodedFrame& frame, const FrameEnd& end, const Picture& picture);
  std::optional<microseconds> age_by_clock(const Picture& picture);
  void publish(const UndecodedFrame& frame, const FrameEnd& end, OwnedPicture picture);
  ShownPicture kept_for_gaps(OwnedPicture picture);
  DecodeScale scale_for(PictureSize jpeg) const;

  ViewerPipelineSettings settings_;
  Statistics& statistics_;
  FrameSaver* saver_;
  RecordingSwitch& recording_;
  CameraUpdates& updates_;
  OnFinished on_finished_;
  std::atomic<PictureSize> wanted_ = PictureSize{};
  std::atomic<unsigned> session_ = 0;    // counts the connections
  LatestSlot<UndecodedFrame> received_;  // io thread to decode thread

  // The decode thread's.
  unsigned last_session_ = 0;  // of the previous frame
  BandPool bands_;
  JpegDecoder decoder_;
  ObjectPool<Picture> pictures_;
  std::vector<Band> new_bands_;
  BandPatcher patcher_;
  ClockFinder clock_;
  std::shared_ptr<const ReceivedFrame> last_frame_;
  std::jthread decode_thread_;
};

}  // namespace jpegwire
