#include "sender/pipeline/pipeline.hpp"

#include <exception>
#include <utility>

#include "codec/thread_settings.hpp"

namespace jpegwire {

Pipeline::Pipeline(FrameSource& source, FrameSink& sink, ViewerCount& viewer_count,
                   PipelineSettings settings, std::function<void()> on_ended)
    : source_(source),
      sink_(sink),
      viewer_count_(viewer_count),
      settings_(settings),
      on_ended_(std::move(on_ended)),
      bands_(settings.threads),
      encoder_(bands_, settings.encoder),
      on_bands_([this](const std::shared_ptr<EncodedFrame>& frame, int ready) {
        sink_.bands_ready(frame, ready);
      }),
      decoder_(bands_) {}

void Pipeline::start() {
  encode_thread_ = std::jthread([this](std::stop_token stop) {
    name_this_thread("encode");
    run_guarded([&] { encode(stop); });
    on_ended_();
  });
  capture_thread_ = std::jthread([this](std::stop_token stop) {
    name_this_thread("capture");
    run_guarded([&] { capture(stop); });
    captured_.close();
  });
}

void Pipeline::request_stop() {
  capture_thread_.request_stop();
  encode_thread_.request_stop();
}

void Pipeline::stop() {
  request_stop();
  if (capture_thread_.joinable()) capture_thread_.join();
  if (encode_thread_.joinable()) encode_thread_.join();
}

PipelineCounts Pipeline::counts() const {
  const std::scoped_lock lock(mutex_);
  PipelineCounts counts = counts_;
  counts.skipped_encode = captured_.displaced();
  return counts;
}

Histogram Pipeline::encode_us() const {
  const std::scoped_lock lock(mutex_);
  return encode_us_;
}

void Pipeline::capture(std::stop_token stop) {
  for (std::uint64_t number = 0; number != settings_.frames; ++number) {
    if (source_.waits_for_viewers() && !viewer_count_.wait(stop)) return;
    std::optional<CapturedFrame> frame = source_.read(stop);
    if (!frame) return;
    frame->sequence = static_cast<std::uint32_t>(number);
    count(frame->no_signal ? &PipelineCounts::no_signal : &PipelineCounts::captured);
    hand_over(std::move(*frame));
  }
}

// A frame that needs no encoding does not go through the encoder's thread: waking it would cost
// more than the frame. But once one frame has gone there, all do, because two threads could reorder
// frames.
void Pipeline::hand_over(CapturedFrame frame) {
  if (frame.jpeg && settings_.passthrough && !is_encoding_) return process(frame);
  is_encoding_ = true;
  captured_.put(std::move(frame));
}

void Pipeline::encode(std::stop_token stop) {
  while (std::optional<CapturedFrame> frame = captured_.take(stop)) process(*frame);
}

void Pipeline::process(CapturedFrame& frame) {
  if (!viewer_count_.any()) {
    if (frame.jpeg) source_.frame_passed_on();
    return count(&PipelineCounts::unwatched);
  }
  if (frame.jpeg && settings_.passthrough) {
    source_.frame_passed_on();
    count(&PipelineCounts::passthrough);
    frame.jpeg->sequence = frame.sequence;
    frame.jpeg->capture_time = frame.capture_time;
    frame.jpeg->no_signal = frame.no_signal;
    return give(std::move(frame.jpeg));
  }
  const auto begin = std::chrono::steady_clock::now();
  const FrameIdentity identity{frame.sequence, frame.capture_time, frame.no_signal};
  auto encoded = frame.jpeg ? encode_again(*frame.jpeg, identity)
                            : encoder_.encode(frame.pixels(), identity, on_bands_);
  const auto spent = std::chrono::steady_clock::now() - begin;
  if (!encoded) {
    source_.frame_refused();
    return count(&PipelineCounts::corrupt);
  }
  if (frame.jpeg) source_.frame_passed_on();
  count_encoded(std::chrono::duration_cast<microseconds>(spent));
  give(std::move(encoded));
}

void Pipeline::count(std::uint64_t PipelineCounts::* what) {
  const std::scoped_lock lock(mutex_);
  ++(counts_.*what);
}

void Pipeline::count_encoded(microseconds spent) {
  const std::scoped_lock lock(mutex_);
  ++counts_.encoded;
  encode_us_.record(static_cast<std::uint64_t>(spent.count()));
}

void Pipeline::give(std::shared_ptr<EncodedFrame> frame) {
  {
    const std::scoped_lock lock(mutex_);
    counts_.bytes += frame->layout.size_bytes();
    counts_.width = frame->layout.width;
    counts_.height = frame->layout.height;
  }
  sink_.submit(std::move(frame));
}

// Nothing if no row of the JPEG can be decoded. Rows that cannot be are grey, as in other decoders.
std::shared_ptr<EncodedFrame> Pipeline::encode_again(const EncodedFrame& jpeg,
                                                     const FrameIdentity& identity) {
  const DecodedRows rows = decoder_.decode(jpeg.layout, decoded_);
  if (rows == DecodedRows::none) return nullptr;
  if (rows == DecodedRows::some) count(&PipelineCounts::damaged);
  return encoder_.encode(decoded_, identity, on_bands_);
}

void Pipeline::run_guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    const std::scoped_lock lock(mutex_);
    error_ = error.what();
  }
}

}  // namespace jpegwire
