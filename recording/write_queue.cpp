#include "recording/write_queue.hpp"

#include <exception>
#include <utility>

namespace jpegwire {
namespace {

constexpr milliseconds kRest{250};

}  // namespace

QueuedFrame as_it_came(const std::shared_ptr<const ReceivedFrame>& frame, WallTime capture_time) {
  return {
      .jpeg = FramePtr(frame, &frame->jpeg), .capture_time = capture_time, .whole = frame->bytes()};
}

QueuedFrame as_valid_jpeg(const std::shared_ptr<const ReceivedFrame>& frame,
                          WallTime capture_time) {
  return {.jpeg = FramePtr(frame, &frame->jpeg),
          .capture_time = capture_time,
          .whole = frame->valid_bytes()};
}

WriteQueue::WriteQueue(FrameWriter& writer, OnError on_error, std::uint64_t max_frames)
    : writer_(writer),
      on_error_(std::move(on_error)),
      max_frames_(max_frames),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

WriteQueue::~WriteQueue() = default;

void WriteQueue::put(QueuedFrame frame) {
  const std::size_t size = frame.size_bytes();
  const std::scoped_lock lock(mutex_);
  if (is_closed_ || accepted_ == max_frames_) return;
  if (backlog_bytes_ + size > kMaxBacklogBytes) {
    ++skipped_;
    return;
  }
  ++accepted_;
  backlog_bytes_ += size;
  backlog_.push_back(std::move(frame));
  changed_.notify_all();
}

void WriteQueue::close() {
  const std::scoped_lock lock(mutex_);
  is_closed_ = true;
  changed_.notify_all();
}

void WriteQueue::finish(milliseconds timeout) {
  close();
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return has_ended_; });
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  const std::scoped_lock lock(mutex_);
  skipped_ += backlog_.size();
  backlog_.clear();
}

std::uint64_t WriteQueue::skipped() const {
  const std::scoped_lock lock(mutex_);
  return skipped_;
}

bool WriteQueue::is_closed() const {
  const std::scoped_lock lock(mutex_);
  return is_closed_;
}

void WriteQueue::run(const std::stop_token& stop) {
  try {
    write_backlog(stop);
    writer_.end();
  } catch (const std::exception& trouble) {
    take_no_more();
    on_error_(trouble.what());
  }
  const std::scoped_lock lock(mutex_);
  has_ended_ = true;
  changed_.notify_all();
}

void WriteQueue::write_backlog(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto is_awake = [this] { return !backlog_.empty() || is_closed_; };
  while (!stop.stop_requested()) {
    if (!changed_.wait_for(lock, stop, kRest, is_awake)) {
      lock.unlock();
      writer_.rest();
      lock.lock();
    } else if (backlog_.empty()) {
      return;
    } else if (!stop.stop_requested()) {
      write_first(lock);
    }
  }
}

void WriteQueue::write_first(std::unique_lock<std::mutex>& lock) {
  const QueuedFrame frame = backlog_.front();
  lock.unlock();
  writer_.write(frame);
  lock.lock();
  backlog_bytes_ -= frame.size_bytes();
  backlog_.pop_front();
}

// The backlog will not be written any more.
void WriteQueue::take_no_more() {
  const std::scoped_lock lock(mutex_);
  is_closed_ = true;
  backlog_.clear();
  backlog_bytes_ = 0;
}

}  // namespace jpegwire
