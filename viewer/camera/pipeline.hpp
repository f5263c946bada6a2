#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "net/stream/latest_slot.hpp"
#include "net/stream/stream_observer.hpp"
#include "viewer/camera/camera_updates.hpp"
#include "viewer/camera/frame_decoder.hpp"
#include "viewer/camera/pause_watch.hpp"
#include "viewer/camera/statistics.hpp"
#include "viewer/lesson/laboratory.hpp"
#include "viewer/output/frame_saver.hpp"
#include "viewer/output/recording_switch.hpp"

namespace jpegwire {

struct ViewerPipelineSettings {
  FrameDecoderSettings decoder;
  std::optional<std::uint64_t>
      frames;  // end after this many frames that arrived whole and were shown

  /// The packets of the stream so far, if it has any. Called on the io thread.
  std::function<std::optional<PacketCounts>()> packets = [] { return std::nullopt; };
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
  ViewerPipeline(const ViewerPipelineSettings& settings, Statistics& statistics, PauseWatch& pauses,
                 Laboratory& laboratory, FrameSaver* saver, RecordingSwitch& recording,
                 CameraUpdates& updates, OnFinished on_finished);

  /// Throws std::system_error if the system cannot create a thread.
  void start();

  /// Ends the decode thread and waits for it.
  void stop();

  /// From the next frame on, pictures are decoded no larger than needed to show them at this size;
  /// at full size if it is empty, which is the default. Any thread.
  void set_wanted_size(PictureSize size) { wanted_ = size; }

  /// The size in which the pictures are shown, for the sender; empty if it should send them whole,
  /// which is the default. Any thread.
  void set_shown_size(PictureSize size) { shown_size_ = size; }

  /// After stop(): the last frame that was decoded completely, or null.
  std::shared_ptr<const ReceivedFrame> last_frame() const { return last_frame_; }

  /// Why no frames came, as far as is known, in parentheses to follow a sentence. On the io thread.
  std::string trouble() const;

 private:
  void connected(const std::string& peer) override;
  void bytes_read(std::size_t size) override;
  bool frame_begun(const std::shared_ptr<const IncomingFrame>& frame) override;
  void frame_received(std::shared_ptr<ReceivedFrame> frame) override;
  void frame_given_up(const LostFrame& frame) override;
  void all_was_read(WallTime now) override;
  ViewerState viewer_state() const override;
  void frame_refused(JpegVerdict verdict) override;
  void packet_refused(const RefusedPacket& packet) override;
  SteadyTime last_shown() const override;
  void interrupted(const std::string& sentence) override;
  void ended(const std::string& error) override;

  std::string with_refusals(const std::string& sentence) const;
  void note_packets();
  void note_arrival(const ReceivedFrame& frame);
  void offer(UndecodedFrame frame);
  void decode(FrameDecoder& decoder, const std::stop_token& stop);
  FrameEnd show_fresh(FrameDecoder& decoder, UndecodedFrame frame, const std::stop_token& stop);
  bool is_fresh(const UndecodedFrame& frame) const;
  void prefer_newer(UndecodedFrame& frame, const std::stop_token& stop);
  void note_decode_time(SteadyTime::duration time);

  const ViewerPipelineSettings settings_;
  Statistics& statistics_;
  PauseWatch& pauses_;
  Laboratory& laboratory_;
  FrameSaver* saver_;
  RecordingSwitch& recording_;
  CameraUpdates& updates_;
  OnFinished on_finished_;
  unsigned session_ = 0;  // counts the connections
  std::string last_trouble_;
  WaitedFrames waited_;
  bool last_offer_waited_ = false;
  std::atomic<SteadyTime> last_waited_ = SteadyTime{};  // when such a frame was received
  std::atomic<PictureSize> wanted_ = PictureSize{};
  std::atomic<PictureSize> shown_size_ = PictureSize{};
  std::atomic<microseconds> decode_time_ = microseconds{};
  LatestSlot<UndecodedFrame> received_;              // io thread to decode thread
  std::shared_ptr<const ReceivedFrame> last_frame_;  // the decode thread's until it has ended
  std::jthread decode_thread_;
};

}  // namespace jpegwire
