#include "bench/runs/event_loop.hpp"

#include <csignal>

namespace jpegwire {

EventLoop::EventLoop() : signals_(io_, SIGINT, SIGTERM) {
  signals_.async_wait([this](std::error_code error, int) { interrupted_ = !error; });
}

bool EventLoop::wait(std::chrono::duration<double> timeout, const std::function<bool()>& is_done) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(timeout);
  for (;;) {
    if (interrupted_) throw Interrupted();
    if (is_done()) return true;
    if (Clock::now() >= end) return false;
    io_.run_one_until(end);
  }
}

}  // namespace jpegwire
