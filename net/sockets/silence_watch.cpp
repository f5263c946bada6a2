#include "net/sockets/silence_watch.hpp"

#include <algorithm>
#include <utility>

namespace jpegwire {

using Clock = std::chrono::steady_clock;

SilenceWatch::SilenceWatch(const asio::any_io_executor& executor, milliseconds timeout,
                           std::function<SteadyTime()> last_shown, std::function<void()> on_silence)
    : timeout_(timeout),
      last_shown_(std::move(last_shown)),
      on_silence_(std::move(on_silence)),
      timer_(executor, [this] { check(); }) {}

void SilenceWatch::start() {
  begin_ = Clock::now();
  arm(begin_ + timeout_);
}

void SilenceWatch::arm(SteadyTime due) {
  due_ = due;
  timer_.set(due - Clock::now());
}

void SilenceWatch::check() {
  constexpr milliseconds kOverdue{500};
  const SteadyTime now = Clock::now();
  if (now - due_ > kOverdue) return start();
  const SteadyTime due = std::max(begin_, last_shown_()) + timeout_;
  if (now < due) return arm(due);
  on_silence_();
}

}  // namespace jpegwire
