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

  /// Makes the directory where it is not there. Saves `most` frames and then no more. `on_error` is
  /// called on the queue's thread when a frame cannot be written; nothing is saved after it. Throws
  /// std::runtime_error where it cannot write there.
  FrameSaver(std::filesystem::path directory, OnError on_error,
             std::uint64_t most = WriteQueue::kEveryFrame);

  /// Any thread; never blocks.
  void save(const std::shared_ptr<const ReceivedFrame>& frame);

  /// Waits until all is written, but no longer than `patience`; what is left then is skipped.
  void finish(milliseconds patience);

  std::uint64_t skipped() const { return queue_.skipped(); }

 private:
  void write(const QueuedFrame& frame) override;

  const std::filesystem::path directory_;
  std::uint64_t number_ = 0;  // the queue's thread
  WriteQueue queue_;
};

}  // namespace jpegwire
