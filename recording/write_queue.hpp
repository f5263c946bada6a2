#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <string>
#include <thread>

#include "codec/time.hpp"
#include "net/stream/frame_sink.hpp"
#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// A frame that waits to be written.
struct QueuedFrame {
  FramePtr jpeg;
  WallTime capture_time{};  // as its recorder defines it
  Bytes whole;              // `jpeg` in one piece; empty if it was encoded here, in bands

  std::size_t size_bytes() const {
    return whole.empty() ? jpeg->layout.size_bytes() : whole.size();
  }
};

/// A received frame, to be written as it was received, whether it is a valid JPEG or not.
QueuedFrame as_it_came(const std::shared_ptr<const ReceivedFrame>& frame, WallTime capture_time);

/// The same, but as a valid JPEG.
QueuedFrame as_valid_jpeg(const std::shared_ptr<const ReceivedFrame>& frame, WallTime capture_time);

/// Writes the frames of a WriteQueue, on the queue's thread. Throws std::runtime_error with a
/// sentence on failure, and is not called any more after that.
class FrameWriter {
 public:
  FrameWriter() = default;
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;
  virtual ~FrameWriter() = default;

  virtual void write(const QueuedFrame& frame) = 0;

  /// No frame has been queued for a while.
  virtual void rest() {}

  /// No more frames follow.
  virtual void end() {}
};

/// Writes frames on a thread of its own, so that a slow disk delays no picture. This is the only
/// queue of frames, because files need not be up to date: up to kMaxBacklogBytes wait in it, and
/// frames beyond that are skipped and counted.
class WriteQueue {
 public:
  using OnError = std::function<void(const std::string& sentence)>;

  static constexpr std::size_t kMaxBacklogBytes = std::size_t{64} << 20;
  static constexpr auto kEveryFrame = std::numeric_limits<std::uint64_t>::max();

  /// Accepts `max_frames` frames and ignores later ones. `on_error` is called on the queue's thread
  /// when a frame cannot be written; nothing is written after it. The writer must outlive the
  /// queue.
  WriteQueue(FrameWriter& writer, OnError on_error, std::uint64_t max_frames = kEveryFrame);

  /// Discards frames that are not yet written.
  ~WriteQueue();

  /// Any thread; never blocks.
  void put(QueuedFrame frame);

  /// Accepts no more frames, writes those that wait and ends. Any thread; never blocks.
  void close();

  /// close(), and waits until all is written, but no longer than `timeout`; what is left then is
  /// skipped. One thread.
  void finish(milliseconds timeout);

  // Any thread.
  std::uint64_t skipped() const;
  bool is_closed() const;  // or has failed

 private:
  void run(const std::stop_token& stop);
  void write_backlog(const std::stop_token& stop);
  void write_first(std::unique_lock<std::mutex>& lock);
  void take_no_more();

  FrameWriter& writer_;
  const OnError on_error_;
  const std::uint64_t max_frames_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<QueuedFrame> backlog_;  // the first one is being written
  std::size_t backlog_bytes_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t skipped_ = 0;
  bool is_closed_ = false;
  bool has_ended_ = false;
  std::jthread thread_;
};

}  // namespace jpegwire
