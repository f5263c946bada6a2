#pragma once

#include <chrono>
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
  std::uint64_t skipped = 0;  // because the disk was too slow
};

/// Begins and ends recordings while frames come: --record and the window's key.
class RecordingSwitch {
 public:
  using OnNews = FrameRecorder::OnNews;

  /// Nothing is recorded yet. A recording has `most` frames; `on_error` is called on a thread of
  /// its own when one cannot be written, which ends it. `on_news` is told, on that thread or
  /// toggle()'s, what a recording's user wants to know: which file was begun or ended. A name that
  /// the user has not given ends with `name_ending`.
  RecordingSwitch(RecordingOptions options, std::string name_ending, WriteQueue::OnError on_error,
                  std::uint64_t most, OnNews on_news);

  // The main thread. A recording goes to the options' file, or to one that is named by the time,
  // and never to one that is there already. start() throws std::runtime_error where the directory
  // cannot be written to; toggle() tells that in the log and as news. Neither waits for the disk.
  void start();
  void stop();
  void toggle();

  /// Since start(), while it is on.
  std::optional<std::chrono::seconds> running_for() const;

  /// Waits until all is written, but no longer than `patience`; what is left then is skipped.
  void finish(milliseconds patience);

  /// Of all recordings; nothing where there was none.
  std::optional<RecordingCounts> counts() const;

  /// The io thread; never blocks.
  void record(const std::shared_ptr<const ReceivedFrame>& frame);

 private:
  bool is_on() const;

  const RecordingOptions options_;
  const std::string name_ending_;
  const WriteQueue::OnError on_error_;
  const std::uint64_t most_;
  const OnNews on_news_;
  std::chrono::steady_clock::time_point begun_{};

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<FrameRecorder>> recorders_;  // only the last one may be on
};

}  // namespace jpegwire
