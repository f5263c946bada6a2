#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <chrono>
#include <functional>

namespace jpegwire {

/// Thrown by a wait that Ctrl-C interrupts.
struct Interrupted {};

/// Runs the asynchronous operations of the bench while it waits. Bound to one thread.
class EventLoop {
 public:
  EventLoop();

  asio::io_context& io() { return io_; }

  /// Waits until is_done() returns true or the timeout expires; returns the last result of
  /// is_done(). Throws Interrupted on Ctrl-C.
  bool wait(std::chrono::duration<double> timeout, const std::function<bool()>& is_done);

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  asio::signal_set signals_;
  bool interrupted_ = false;
};

}  // namespace jpegwire
