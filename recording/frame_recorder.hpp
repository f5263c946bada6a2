#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/stream/frame_sink.hpp"
#include "recording/capture_timeline.hpp"
#include "recording/recording_options.hpp"
#include "recording/recording_state.hpp"
#include "recording/video_file_writer.hpp"
#include "recording/write_queue.hpp"

namespace jpegwire {

/// How often a recording may begin a new file because the stream has changed: five times in quick
/// succession, else once in ten seconds. So a stream whose size changes with each frame does not
/// fill the disk with files of one frame, and a lasting change costs at most ten seconds.
class NewFileBudget {
 public:
  /// False if there were too many before. Times are those of the recording.
  bool take(WallTime now);

 private:
  WallTime paid_until_{};  // each file costs ten seconds
};

/// Records frames on the thread of a WriteQueue, unchanged and with their capture times, in a video
/// file that is created with the first frame. A new, numbered file is begun when the size changes,
/// after `split`, and if the file exists already. If the size changes too often for that, frames of
/// another size than the file's are left out. Frames that were captured more than a second ago
/// are safe even if the program crashes.
class FrameRecorder final : public FrameSink, private FrameWriter {
 public:
  using OnNews = std::function<void(const std::string& sentence)>;

  /// Records `max_frames` frames and ignores later ones. `on_error` is called on the queue's thread
  /// when one cannot be written, for example because the disk is full; nothing is recorded after
  /// that. `on_news` is called on the queue's thread when a file is started or finished. Throws
  /// std::runtime_error if the file's directory is not writable.
  FrameRecorder(
      RecordingOptions options, WriteQueue::OnError on_error,
      std::uint64_t max_frames = WriteQueue::kEveryFrame,
      OnNews on_news = [](const std::string&) {});

  /// Records a received frame unchanged. Called by one thread only. Never blocks.
  void record(const std::shared_ptr<const ReceivedFrame>& frame);

  /// Records a sent frame, without a stamp. Called by one thread at a time, and never together with
  /// record(). Never blocks.
  void submit(FramePtr frame) override;

  /// Records no more and ends the file, on the queue's thread. Any thread; never blocks.
  void close() { queue_.close(); }

  /// close(), and waits for it, but no longer than `timeout`; what is left then is skipped.
  void finish(milliseconds timeout);

  // Any thread.

  /// Frames that are safe in the files; while recording, the newest ones are not yet.
  std::uint64_t recorded() const { return recorded_; }

  /// Frames not recorded because the disk was too slow, or because their times were closer than the
  /// file can store.
  std::uint64_t skipped() const { return queue_.skipped() + too_close_; }

  /// Frames not recorded because the size changes too often.
  std::uint64_t skipped_size() const { return skipped_size_; }

  /// Nothing once it is closed or has failed.
  std::optional<RecordingState> state(SteadyTime now = std::chrono::steady_clock::now()) const;
  bool is_closed() const { return queue_.is_closed(); }  // or has failed

 private:
  void write(const QueuedFrame& frame) override;
  void rest() override;
  void end() override;
  void end_file();
  bool prepare_file_for(const QueuedFrame& frame);
  void skip_size();
  void open_for(const QueuedFrame& frame);
  void note_written();
  bool is_long_enough(WallTime capture_time) const;
  Bytes bytes_of(const QueuedFrame& frame);
  void flush_when_due();
  void flush();
  void note_recorded();

  const RecordingOptions options_;
  const OnNews on_news_;
  CaptureTimeline timeline_;  // of the thread that calls record() or submit()
  std::atomic<std::uint64_t> recorded_ = 0;
  std::atomic<std::uint64_t> too_close_ = 0;  // to the previous frame to have a distinct time
  std::atomic<std::uint64_t> skipped_size_ = 0;
  std::atomic<SteadyTime> first_written_{};  // of the first frame; the epoch: none was written
  std::atomic<SteadyTime> last_written_{};   // of the latest frame; the epoch: none was written

  // The queue's thread.
  std::optional<VideoFileWriter> file_;
  NewFileBudget new_files_;
  std::uint64_t in_earlier_files_ = 0;  // frames
  std::vector<std::byte> gathered_;
  std::chrono::steady_clock::time_point last_flush_{};
  bool is_flushed_ = true;

  WriteQueue queue_;
};

}  // namespace jpegwire
