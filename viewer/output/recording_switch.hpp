#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "recording/frame_recorder.hpp"

namespace jpegwire {

struct RecordingCounts {
  std::uint64_t recorded = 0;
  std::uint64_t skipped = 0;       // because the disk was too slow
  std::uint64_t skipped_size = 0;  // because the size of the picture changed too often
};

/// Starts and stops recordings while frames arrive: for --record and the window's key.
class RecordingSwitch {
 public:
  using OnNews = FrameRecorder::OnNews;

  /// Nothing is recorded yet. A recording has at most `max_frames` frames. `on_error` is called on
  /// the recording's thread when a frame cannot be written, which ends the recording. `on_news` is
  /// called, on that thread or toggle()'s, when a file was started or finished. Names that the user
  /// did not choose end with `name_ending`.
  RecordingSwitch(RecordingOptions options, std::string name_ending, WriteQueue::OnError on_error,
                  std::uint64_t max_frames, OnNews on_news);

  // The main thread. A recording is written to the file in the options, or to one named by the
  // time, and never to an existing file. start() throws std::runtime_error if the directory is not
  // writable; toggle() logs that and reports it as news. Neither waits for the disk.
  void start();
  void stop();
  void toggle();

  /// Of the running recording; nothing if there is none.
  std::optional<RecordingState> state() const;

  /// Waits until all frames are written, or for the timeout; the remaining ones are skipped.
  void finish(milliseconds timeout);

  /// Of all recordings; nothing if there was none.
  std::optional<RecordingCounts> counts() const;

  /// The io thread; never blocks.
  void record(const std::shared_ptr<const ReceivedFrame>& frame);

 private:
  bool is_running() const;

  const RecordingOptions options_;
  const std::string name_ending_;
  const WriteQueue::OnError on_error_;
  const std::uint64_t max_frames_;
  const OnNews on_news_;

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<FrameRecorder>> recorders_;  // only the last one may be running
};

}  // namespace jpegwire
