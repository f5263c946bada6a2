#include "recording/frame_recorder.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "app/text.hpp"
#include "codec/jpeg_markers.hpp"
#include "net/stream/frame_stamp.hpp"
#include "recording/output_file.hpp"

namespace jpegwire {
namespace {

using Clock = std::chrono::steady_clock;

constexpr milliseconds kFlushInterval{
    500};  // and the queue pauses for less than the rest of a second

/// So that a stream of one frame per second does not count as stalled.
constexpr std::chrono::seconds kStalled{2};

/// For users who do not know the working directory of this program.
std::string full_name(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::absolute(file, ignored).string();
}

void append(std::vector<std::byte>& to, Bytes bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

RecordingOptions checked(RecordingOptions options) {
  require_writable(options.file.parent_path());
  return options;
}

}  // namespace

bool NewFileBudget::take(WallTime now) {
  constexpr std::chrono::seconds kCost{10};
  constexpr int kAtOnce = 5;
  if (paid_until_ - now > (kAtOnce - 1) * kCost) return false;
  paid_until_ = std::max(paid_until_, now) + kCost;
  return true;
}

FrameRecorder::FrameRecorder(RecordingOptions options, WriteQueue::OnError on_error,
                             std::uint64_t max_frames, OnNews on_news)
    : options_(checked(std::move(options))),
      on_news_(std::move(on_news)),
      queue_(*this, std::move(on_error), max_frames) {}

void FrameRecorder::record(const std::shared_ptr<const ReceivedFrame>& frame) {
  queue_.put(as_valid_jpeg(frame, timeline_.place(*frame)));
}

void FrameRecorder::submit(FramePtr frame) {
  const WallTime capture_time = timeline_.place(frame->capture_time, steady_now());
  queue_.put({.jpeg = std::move(frame), .capture_time = capture_time, .whole = {}});
}

void FrameRecorder::finish(milliseconds timeout) {
  queue_.finish(timeout);
  if (queue_.skipped() > 0)
    spdlog::warn("{} not recorded, because the disk of '{}' is too slow",
                 counted(queue_.skipped(), "frame"), options_.file.string());
  if (too_close_ > 0)
    spdlog::warn("{} not recorded, because '{}' cannot store timestamps so close together",
                 counted(too_close_, "frame"), options_.file.string());
  if (skipped_size_ > 0)
    spdlog::warn("{} not recorded, because the size of the picture changed too often",
                 counted(skipped_size_, "frame"));
}

void FrameRecorder::write(const QueuedFrame& frame) {
  if (!prepare_file_for(frame))
    skip_size();
  else if (file_->write(bytes_of(frame), frame.capture_time))
    note_written();
  else
    ++too_close_;
  flush_when_due();
}

/// False if the frame needs a file of its own and there are too many files already.
bool FrameRecorder::prepare_file_for(const QueuedFrame& frame) {
  const JpegLayout& layout = frame.jpeg->layout;
  const bool is_due = !file_ || is_long_enough(frame.capture_time);
  if (!is_due) {
    if (file_->takes(layout.width, layout.height, frame.capture_time)) return true;
    if (!new_files_.take(frame.capture_time)) return false;
  }
  open_for(frame);
  return true;
}

void FrameRecorder::skip_size() {
  if (skipped_size_++ > 0) return;
  const std::string news =
      "the size of the picture changes too often: a new file begins once in 10 s, and other frames "
      "are left out";
  spdlog::warn(news);
  on_news_(news);
}

void FrameRecorder::note_written() {
  const SteadyTime now = Clock::now();
  if (first_written_.load() == SteadyTime{}) first_written_ = now;
  last_written_ = now;
  is_flushed_ = false;
}

std::optional<RecordingState> FrameRecorder::state(SteadyTime now) const {
  if (is_closed()) return std::nullopt;
  const SteadyTime first = first_written_;
  const SteadyTime last = last_written_;
  if (last == SteadyTime{}) return RecordingState{};
  return RecordingState{.length = std::chrono::floor<std::chrono::seconds>(last - first),
                        .is_writing = now - last < kStalled};
}

void FrameRecorder::rest() { flush_when_due(); }

void FrameRecorder::end() {
  if (!file_) on_news_("recording ended: no frame was received, so there is no file");
  end_file();
}

void FrameRecorder::end_file() {
  if (!file_) return;
  flush();
  file_->end();
  in_earlier_files_ += file_->frames();
  const std::string frames = counted(file_->frames(), "frame");
  spdlog::info("recorded {} in '{}'", frames, file_->file().string());
  on_news_(fmt::format("recording ended: {}, {}", full_name(file_->file()), frames));
  file_.reset();
}

// A frame counts once it cannot be lost any more.
void FrameRecorder::note_recorded() { recorded_ = in_earlier_files_ + file_->flushed_frames(); }

void FrameRecorder::open_for(const QueuedFrame& frame) {
  end_file();
  const JpegLayout& layout = frame.jpeg->layout;
  file_.emplace(first_free_name(options_.file), layout.width, layout.height, frame.capture_time);
  last_flush_ = Clock::now();
  spdlog::info("recording to '{}'", file_->file().string());
  on_news_(fmt::format("recording to {}", full_name(file_->file())));
}

bool FrameRecorder::is_long_enough(WallTime capture_time) const {
  return options_.split && capture_time - file_->begin() >= *options_.split;
}

// A sent frame is recorded without a stamp, because a stamp belongs to a connection.
Bytes FrameRecorder::bytes_of(const QueuedFrame& frame) {
  if (!frame.whole.empty()) return frame.whole;
  gathered_.clear();
  const HeaderAroundStamp header = cut_at_stamp(frame.jpeg->layout.header);
  append(gathered_, marker::kStartOfImageBytes);
  append(gathered_, header.front);
  append(gathered_, header.rest);
  for (const Bytes band : frame.jpeg->layout.bands) append(gathered_, band);
  return gathered_;
}

void FrameRecorder::flush_when_due() {
  if (is_flushed_ || Clock::now() - last_flush_ < kFlushInterval) return;
  flush();
}

void FrameRecorder::flush() {
  file_->flush();
  note_recorded();
  last_flush_ = Clock::now();
  is_flushed_ = true;
}

}  // namespace jpegwire
