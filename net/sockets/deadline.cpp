#include "net/sockets/deadline.hpp"

#include <asio/steady_timer.hpp>
#include <system_error>
#include <utility>

namespace jpegwire {

struct Deadline::State {
  State(const asio::any_io_executor& executor, std::function<void()> handler)
      : timer(executor), on_passed(std::move(handler)) {}

  asio::steady_timer timer;
  const std::function<void()> on_passed;
  unsigned times_changed = 0;  // a handler that was started at another count does nothing
};

Deadline::Deadline(const asio::any_io_executor& executor, std::function<void()> on_passed)
    : state_(std::make_shared<State>(executor, std::move(on_passed))) {}

void Deadline::set(std::chrono::steady_clock::duration timeout) {
  state_->timer.expires_after(timeout);
  state_->timer.async_wait(
      [state = state_, number = ++state_->times_changed](std::error_code error) {
        if (!error && number == state->times_changed) state->on_passed();
      });
}

void Deadline::cancel() {
  ++state_->times_changed;
  state_->timer.cancel();
}

}  // namespace jpegwire
