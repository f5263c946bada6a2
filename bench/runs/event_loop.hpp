#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <chrono>
#include <functional>

namespace jpegwire {

/// Thrown out of a wait that Ctrl-C has ended.
struct Interrupted {};

/// Where the bench waits for all that it has begun. One thread.
class EventLoop {
 public:
  EventLoop();

  asio::io_context& io() { return io_; }

  /// Waits until it is done, or so long; tells whether it is. Throws Interrupted on Ctrl-C.
  bool wait(std::chrono::duration<double> timeout, const std::function<bool()>& is_done);

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  asio::signal_set signals_;
  bool interrupted_ = false;
};

}  // namespace jpegwire
