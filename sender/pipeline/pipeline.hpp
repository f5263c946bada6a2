#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/histogram.hpp"
#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_encoder.hpp"
#include "net/stream/frame_sink.hpp"
#include "net/stream/latest_slot.hpp"
#include "net/stream/rate_board.hpp"
#include "net/stream/viewer_count.hpp"
#include "sender/pipeline/frame_planner.hpp"
#include "sender/pipeline/group_encoder.hpp"
#include "sender/sources/frame_source.hpp"

namespace jpegwire {

inline constexpr int kDefaultMinQuality = 10;

struct PipelineSettings {
  int threads = 1;
  EncoderSettings encoder;
  bool passthrough = true;
  int min_quality = kDefaultMinQuality;  // for viewers with slow links; encoder.quality is the most
  double frames_per_second = 30;         // until it is measured
  std::optional<std::uint64_t> frames;   // end after this many
};

/// Counts of frames: captured + no_signal = encoded + passthrough + skipped_encode + skipped_link +
/// unwatched + corrupt, except for one or two that are being processed. A frame that is passed on
/// and also encoded for slower viewers counts as passed on.
struct PipelineCounts {
  std::uint64_t captured = 0;   // the source's own
  std::uint64_t no_signal = 0;  // cards, because the source gives no pictures
  std::uint64_t encoded = 0;
  std::uint64_t passthrough = 0;
  std::uint64_t skipped_encode = 0;  // replaced by a newer one before the encoder was free
  std::uint64_t skipped_link = 0;    // all viewers' links were busy, or they wanted fewer
  std::uint64_t encodes = 0;         // one for each group of viewers with links of their own
  std::uint64_t unwatched = 0;       // there was no viewer
  std::uint64_t corrupt = 0;         // JPEGs that could not be decoded for re-encoding
  std::uint64_t damaged = 0;         // of `encoded`: grey where their JPEGs could not be decoded
  std::uint64_t bytes = 0;           // encoded or passed on; independent of the number of viewers
  int width = 0;
  int height = 0;
};

/// Captures on one thread, encodes on another, and passes each frame to the sink: once for each
/// group of viewers that needs a frame of its own (RateBoard). As long as JPEGs are only passed on,
/// they go to the sink directly.
class Pipeline {
 public:
  /// `on_ended` is called once, on the pipeline's thread, when the source has ended or failed. All
  /// references must outlive the pipeline.
  Pipeline(FrameSource& source, FrameSink& sink, ViewerCount& viewer_count, RateBoard& board,
           PipelineSettings settings, std::function<void()> on_ended);

  void start();

  /// Both threads end as soon as they can.
  void request_stop();

  /// Ends both threads and waits for them.
  void stop();

  /// Any thread.
  PipelineCounts counts() const;

  /// Encoding times. Any thread.
  Histogram encode_us() const;

  // After stop().
  const std::string& error() const { return error_; }  // empty if there was no error

 private:
  void capture(std::stop_token stop);
  void encode(std::stop_token stop);
  void hand_over(CapturedFrame frame);
  void process(CapturedFrame& frame, const FramePlan& plan);
  void pass_on(FramePtr jpeg, const FramePlan& plan);
  void encode_pixels(const CapturedFrame& frame, const FramePlan& plan);
  void encode_again(const EncodedFrame& jpeg, const FramePlan& plan, GroupSet done);
  void encode_for(const RawView& picture, const FrameIdentity& identity, const FramePlan& plan,
                  GroupSet done);
  FramePtr encode_for_group(const GroupOrder& order, const RawView& picture,
                            const FrameIdentity& identity);
  void count(std::uint64_t PipelineCounts::* what);
  void note_encode(SteadyTime begin);
  void note_picture(PictureSize size);
  void give(FramePtr frame, GroupSet groups);
  void run_guarded(const std::function<void()>& work);

  FrameSource& source_;
  FrameSink& sink_;
  ViewerCount& viewer_count_;
  PipelineSettings settings_;
  std::function<void()> on_ended_;

  BandPool bands_;
  JpegEncoder encoder_;
  std::vector<std::unique_ptr<GroupEncoder>> group_encoders_;  // of group 1, 2 and so on
  FramePlanner planner_;
  OnBands on_bands_;
  JpegDecoder decoder_;
  Picture decoded_;

  mutable std::mutex mutex_;
  PipelineCounts counts_;
  std::string error_;
  Histogram encode_us_;

  bool is_encoding_ = false;  // the capture thread's
  LatestSlot<CapturedFrame> captured_;
  std::jthread encode_thread_;
  std::jthread capture_thread_;
};

}  // namespace jpegwire
