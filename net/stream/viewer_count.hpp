#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace jpegwire {

/// Counts the viewers of a stream: nothing is encoded while there are none. Any thread may call
/// anything.
class ViewerCount {
 public:
  void join() {
    {
      const std::scoped_lock lock(mutex_);
      ++count_;
      max_ = std::max(max_, count_);
    }
    changed_.notify_all();
  }

  void leave() {
    const std::scoped_lock lock(mutex_);
    --count_;
  }

  int count() const {
    const std::scoped_lock lock(mutex_);
    return count_;
  }

  /// A single frame is wanted, as for a snapshot.
  void begin_frame_request() {
    {
      const std::scoped_lock lock(mutex_);
      ++frame_requests_;
    }
    changed_.notify_all();
  }

  void end_frame_request() {
    const std::scoped_lock lock(mutex_);
    --frame_requests_;
  }

  /// The number of frame requests that have begun and not ended.
  int frame_requests() const {
    const std::scoped_lock lock(mutex_);
    return frame_requests_;
  }

  /// Whether there is a viewer or a frame request.
  bool any() const {
    const std::scoped_lock lock(mutex_);
    return has_any();
  }

  /// The highest count so far.
  int max() const {
    const std::scoped_lock lock(mutex_);
    return max_;
  }

  /// Waits for a viewer or a frame request; false once stop is requested.
  bool wait(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    return changed_.wait(lock, std::move(stop), [this] { return has_any(); });
  }

 private:
  bool has_any() const { return count_ + frame_requests_ > 0; }

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  int count_ = 0;
  int max_ = 0;
  int frame_requests_ = 0;
};

}  // namespace jpegwire
