#include "net/sockets/wakeup.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace jpegwire {
namespace {

int open_event() {
  const int event = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (event < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return event;
}

}  // namespace

Wakeup::Wakeup(asio::io_context& io, std::function<void()> function)
    : event_(io, open_event()), function_(std::move(function)) {
  do_wait();
}

void Wakeup::notify() {
  // Fails only if the counter is full, and then it is already set.
  static_cast<void>(::eventfd_write(event_.native_handle(), 1));
}

void Wakeup::stop() {
  stopped_ = true;
  event_.cancel();
}

void Wakeup::do_wait() {
  event_.async_wait(asio::posix::stream_descriptor::wait_read, [this](std::error_code error) {
    if (error || stopped_) return;
    eventfd_t count = 0;
    static_cast<void>(::eventfd_read(event_.native_handle(), &count));
    function_();
    if (!stopped_) do_wait();
  });
}

}  // namespace jpegwire
