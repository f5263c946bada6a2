#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace jpegwire {

/// Hands the newest value from one thread to another: not a queue, so nothing in it is old. A value
/// that put() displaces before it was taken is dropped and counted. Any thread may call anything.
template <class T>
class LatestSlot {
 public:
  /// Never blocks. True if it displaced a value.
  bool put(T value) {
    std::optional<T> displaced(std::move(value));
    {
      const std::scoped_lock lock(mutex_);
      value_.swap(displaced);  // the displaced value is destroyed outside the lock
      if (displaced) ++displaced_count_;
    }
    arrived_.notify_one();
    return displaced.has_value();
  }

  /// The newest value not yet taken, or nothing.
  std::optional<T> try_take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(value_, std::nullopt);
  }

  /// Waits for a value; nothing if stop is requested or the slot is closed before one is put.
  std::optional<T> take(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, std::move(stop), [this] { return value_.has_value() || closed_; });
    return std::exchange(value_, std::nullopt);
  }

  /// The same, but waits no longer than `timeout`.
  template <class Rep, class Period>
  std::optional<T> take_for(std::chrono::duration<Rep, Period> timeout, std::stop_token stop = {}) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::move(stop), timeout,
                      [this] { return value_.has_value() || closed_; });
    return std::exchange(value_, std::nullopt);
  }

  /// No more values follow; wakes all waiting threads.
  void close() {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
    }
    arrived_.notify_all();
  }

  /// The number of values displaced before they were taken.
  std::uint64_t displaced() const {
    const std::scoped_lock lock(mutex_);
    return displaced_count_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::optional<T> value_;
  std::uint64_t displaced_count_ = 0;
  bool closed_ = false;
};

}  // namespace jpegwire
