#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/histogram.hpp"
#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_encoder.hpp"
#include "net/stream/frame_sink.hpp"
#include "net/stream/latest_slot.hpp"
#include "net/stream/viewer_count.hpp"
#include "sender/sources/frame_source.hpp"

namespace jpegwire {

struct PipelineSettings {
  int threads = 1;
  EncoderSettings encoder;
  bool passthrough = true;
  std::optional<std::uint64_t> frames;  // end after this many
};

/// Counts of frames: captured + no_signal = encoded + passthrough + skipped_encode + unwatched +
/// corrupt, except for one or two that are being processed.
struct PipelineCounts {
  std::uint64_t captured = 0;   // the source's own
  std::uint64_t no_signal = 0;  // cards, because the source gives no pictures
  std::uint64_t encoded = 0;
  std::uint64_t passthrough = 0;
  std::uint64_t skipped_encode = 0;  // replaced by a newer one before the encoder was free
  std::uint64_t unwatched = 0;       // there was no viewer
  std::uint64_t corrupt = 0;         // JPEGs that could not be decoded for re-encoding
  std::uint64_t damaged = 0;         // of `encoded`: grey where their JPEGs could not be decoded
  std::uint64_t bytes = 0;           // encoded or passed on; independent of the number of viewers
  int width = 0;
  int height = 0;
};

/// Captures on one thread, encodes on another, and passes each frame to the sink; a JPEG that is
/// passed on goes to the sink directly.
class Pipeline {
 public:
  /// `on_ended` is called once, on the pipeline's thread, when the source has ended or failed. All
  /// references must outlive the pipeline.
  Pipeline(FrameSource& source, FrameSink& sink, ViewerCount& viewer_count,
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
  void process(CapturedFrame& frame);
  void count(std::uint64_t PipelineCounts::* what);
  void count_encoded(microseconds spent);
  void give(std::shared_ptr<EncodedFrame> frame);
  std::shared_ptr<EncodedFrame> encode_again(const EncodedFrame& jpeg,
                                             const FrameIdentity& identity);
  void run_guarded(const std::function<void()>& work);

  FrameSource& source_;
  FrameSink& sink_;
  ViewerCount& viewer_count_;
  PipelineSettings settings_;
  std::function<void()> on_ended_;

  BandPool bands_;
  JpegEncoder encoder_;
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
