#pragma once

#include <functional>

#include "codec/time.hpp"
#include "net/sockets/deadline.hpp"

namespace jpegwire {

/// Calls its handler when a stream has shown nothing for the timeout. While the process is stopped
/// (SIGSTOP, a debugger), no time passes for it: a watch that is long overdue starts again, so that
/// what waits in the socket is read first. Bound to the io thread.
class SilenceWatch {
 public:
  /// `last_shown` says when the last frame was shown.
  SilenceWatch(const asio::any_io_executor& executor, milliseconds timeout,
               std::function<SteadyTime()> last_shown, std::function<void()> on_silence);

  /// The timeout counts from now, or from the next frame that is shown.
  void start();

  void cancel() { timer_.cancel(); }

 private:
  void arm(SteadyTime due);
  void check();

  const milliseconds timeout_;
  const std::function<SteadyTime()> last_shown_;
  const std::function<void()> on_silence_;
  SteadyTime begin_{};
  SteadyTime due_{};
  Deadline timer_;
};

}  // namespace jpegwire
