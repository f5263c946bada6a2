#include "sender/sources/recording_source.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "app/text.hpp"
#include "codec/jpeg_layout.hpp"

namespace jpegwire {

// A frame whose size differs from the file's is one of two fields.
std::unique_ptr<RecordingSource> RecordingSource::open(const RecordingSourceOptions& options) {
  std::optional<VideoFileReader> reader = VideoFileReader::open(options.path);
  if (!reader) return nullptr;
  const int width = reader->width();
  const int height = reader->height();
  std::unique_ptr<RecordingSource> source(new RecordingSource(options, std::move(*reader)));
  source->first_ = source->next_of_round();
  if (!source->first_) return nullptr;
  source->width_ = source->first_->jpeg->layout.width;
  source->height_ = source->first_->jpeg->layout.height;
  return source->width_ == width && source->height_ == height ? std::move(source) : nullptr;
}

RecordingSource::RecordingSource(RecordingSourceOptions options, VideoFileReader reader)
    : options_(std::move(options)), reader_(std::move(reader)) {
  if (options_.frames_per_second) pacer_.emplace(*options_.frames_per_second);
}

std::string RecordingSource::description() const {
  std::string text = fmt::format("recording {}, {}x{}", quotable(options_.path), width_, height_);
  if (!options_.frames_per_second)
    text += " at its own times";
  else if (*options_.frames_per_second > 0)
    text += fmt::format(" at {:.4g} frames/s", *options_.frames_per_second);
  else
    text += " as fast as it can be read";
  text += options_.passthrough ? ", passed through" : ", decoded and encoded again";
  return options_.loop ? text + ", in a loop" : text;
}

/// Reads before it waits, so that the frame is ready when it is due.
std::optional<CapturedFrame> RecordingSource::read(std::stop_token stop) {
  if (stop.stop_requested()) return std::nullopt;
  std::optional<Frame> frame = next();
  if (!frame) return std::nullopt;
  CapturedFrame captured;
  captured.jpeg = std::move(frame->jpeg);
  if (pacer_) {
    if (!pacer_->wait(stop)) return std::nullopt;
    captured.capture_time = wall_now();
    return captured;
  }
  const std::optional<WallTime> due = schedule_.wait(frame->time, stop);
  if (!due) return std::nullopt;
  captured.capture_time = *due;
  return captured;
}

std::optional<RecordingSource::Frame> RecordingSource::next() {
  if (first_) return std::exchange(first_, std::nullopt);
  if (auto frame = next_of_round()) return frame;
  if (!options_.loop) return std::nullopt;
  restart();
  return next_of_round();
}

// Invalid frames are counted and skipped.
std::optional<RecordingSource::Frame> RecordingSource::next_of_round() {
  while (const std::optional<VideoFrame> frame = reader_.next()) {
    auto jpeg = validated(frame->jpeg);
    if (!jpeg) continue;
    return Frame{std::move(jpeg), frame->time};
  }
  return std::nullopt;
}

std::shared_ptr<EncodedFrame> RecordingSource::validated(Bytes jpeg) {
  auto frame = pool_.take();
  frame->storage.resize(1);
  frame->storage[0].assign(jpeg.begin(), jpeg.end());
  const JpegVerdict verdict = validate_with_tables(*frame);
  if (verdict == JpegVerdict::ok) return frame;
  ++corrupt_;
  refused_.add(verdict);
  return nullptr;
}

/// Reopens the file, because one without an index cannot seek.
void RecordingSource::restart() {
  std::optional<VideoFileReader> reader = VideoFileReader::open(options_.path);
  if (!reader)
    throw std::runtime_error(
        fmt::format("cannot restart '{}'; was it changed or removed?", options_.path));
  reader_ = std::move(*reader);
  schedule_.begin_round();
}

}  // namespace jpegwire
