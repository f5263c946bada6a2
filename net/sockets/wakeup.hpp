#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>

namespace jpegwire {

/// Runs a function on the io thread whenever another thread asks. Unlike asio::post it allocates
/// nothing, and several requests before the function runs are one.
class Wakeup {
 public:
  /// Throws std::system_error if no descriptor is left.
  Wakeup(asio::io_context& io, std::function<void()> function);

  /// Any thread; never blocks.
  void notify();

  /// On the io thread: the function is not called again.
  void stop();

 private:
  void do_wait();

  asio::posix::stream_descriptor event_;
  std::function<void()> function_;
  bool stopped_ = false;
};

}  // namespace jpegwire
