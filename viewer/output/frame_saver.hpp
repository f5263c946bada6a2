#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "codec/time.hpp"
#include "net/stream/received_frame.hpp"
#include "recording/write_queue.hpp"

namespace jpegwire {

/// Writes frames as 000000.jpg, 000001.jpg and so on, on the thread of a WriteQueue.
class FrameSaver : private FrameWriter {
 public:
  using OnError = WriteQueue::OnError;

  /// Creates the directory if it does not exist. Saves the first `max_frames` frames. `on_error` is
  /// called on the queue's thread when a frame cannot be written; nothing is saved after that.
  /// Throws std::runtime_error if the directory is not writable.
  FrameSaver(std::filesystem::path directory, OnError on_error,
             std::uint64_t max_frames = WriteQueue::kEveryFrame);

  /// Any thread; never blocks.
  void save(const std::shared_ptr<const ReceivedFrame>& frame);

  /// Waits until all frames are written, or for the timeout; the remaining ones are skipped.
  void finish(milliseconds timeout);

  std::uint64_t skipped() const { return queue_.skipped(); }

 private:
  void write(const QueuedFrame& frame) override;

  const std::filesystem::path directory_;
  std::uint64_t number_ = 0;  // the queue's thread
  WriteQueue queue_;
};

}  // namespace jpegwire
