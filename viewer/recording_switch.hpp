#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "net/recording/frame_recorder.hpp"

namespace jpegwire {

struct RecordingCounts {
  std::uint64_t recorded = 0;
  std::uint64_t skipped = 0;  // because the disk was too slow
};

/// Begins and ends recordings while frames come: --record and the window's key.
class RecordingSwitch {
 public:
  /// Nothing is recorded yet. A recording has `most` frames; `on_error` is called on a thread of
  /// its own when one cannot be written, which ends it.
  RecordingSwitch(RecordingOptions options, WriteQueue::OnError on_error, std::uint64_t most);

  // The main thread. A recording goes to the options' file, or to one that is named by the time,
  // and never to one that is there already. start() throws std::runtime_error where the directory
  // cannot be written to; toggle() tells that in the log. Neither waits for the disk.
  void start();
  void stop();
  void toggle();

  /// Waits until all is written, but no longer than `patience`; what is left then is skipped.
  void finish(milliseconds patience);

  /// Of all recordings; nothing where there was none.
  std::optional<RecordingCounts> counts() const;

  /// The io thread; never blocks.
  void record(const std::shared_ptr<const ReceivedFrame>& frame);

 private:
  bool is_on() const;

  const RecordingOptions options_;
  const WriteQueue::OnError on_error_;
  const std::uint64_t most_;

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<FrameRecorder>> recorders_;  // only the last one may be on
};

}  // namespace jpegwire
