#pragma once

#include <asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace jpegwire {

/// Calls its handler when the time that was set last has passed. A bare asio timer that
/// has expired may still call its handler after it was set again or cancelled; a Deadline does not,
/// and never calls it after its own destruction. Bound to the io thread.
class Deadline {
 public:
  Deadline(const asio::any_io_executor& executor, std::function<void()> on_passed);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() { cancel(); }

  /// Replaces the time that was set before.
  void set(std::chrono::steady_clock::duration timeout);

  void cancel();

 private:
  struct State;

  const std::shared_ptr<State> state_;  // shared with asio's handlers
};

}  // namespace jpegwire
