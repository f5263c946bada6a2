#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace jpegwire {

/// Counts the viewers: nothing is encoded while there are none. Any thread may call anything.
class Audience {
 public:
  void join() {
    {
      const std::scoped_lock lock(mutex_);
      ++present_;
      if (present_ > most_) most_ = present_;
    }
    changed_.notify_all();
  }

  void leave() {
    const std::scoped_lock lock(mutex_);
    --present_;
  }

  int present() const {
    const std::scoped_lock lock(mutex_);
    return present_;
  }

  /// A single frame is requested, for a snapshot.
  void begin_wish() {
    {
      const std::scoped_lock lock(mutex_);
      ++wishes_;
    }
    changed_.notify_all();
  }

  void end_wish() {
    const std::scoped_lock lock(mutex_);
    --wishes_;
  }

  /// The number of open requests.
  int wishes() const {
    const std::scoped_lock lock(mutex_);
    return wishes_;
  }

  /// Whether there is a viewer or a request.
  bool is_present() const {
    const std::scoped_lock lock(mutex_);
    return present_ + wishes_ > 0;
  }

  /// The largest number of viewers at a time.
  int most() const {
    const std::scoped_lock lock(mutex_);
    return most_;
  }

  /// Waits for a viewer or a request; false if stop is requested.
  bool wait(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    return changed_.wait(lock, std::move(stop), [this] { return present_ + wishes_ > 0; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  int present_ = 0;
  int most_ = 0;
  int wishes_ = 0;
};

}  // namespace jpegwire
