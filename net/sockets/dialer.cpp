#include "net/sockets/dialer.hpp"

#include <algorithm>
#include <asio/error.hpp>
#include <utility>

namespace jpegwire {
namespace {

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{2000};
constexpr std::chrono::seconds kTimeout{3};

}  // namespace

Dialer::Dialer(asio::io_context& io, Endpoint endpoint, OnConnected on_connected,
               OnFailed on_failed)
    : endpoint_(std::move(endpoint)),
      on_connected_(std::move(on_connected)),
      on_failed_(std::move(on_failed)),
      lookup_(io),
      connector_(io),
      timer_(io),
      pause_(kFirstPause) {}

void Dialer::dial() {
  cancel();
  do_limit_time();
  do_resolve();
}

void Dialer::dial_later() {
  cancel();
  timer_.expires_after(pause_);
  pause_ = std::min(2 * pause_, kLongestPause);
  timer_.async_wait([this, current = tries_](std::error_code error) {
    if (!error && current == tries_) dial();
  });
}

void Dialer::reset_pause() { pause_ = kFirstPause; }

void Dialer::cancel() {
  ++tries_;
  lookup_.cancel();
  connector_.cancel();
  timer_.cancel();
}

void Dialer::do_resolve() {
  lookup_.start(endpoint_, [this](std::error_code error, const NameLookup::Addresses& addresses) {
    if (error)
      fail(error);
    else
      do_connect(addresses);
  });
}

void Dialer::do_connect(const NameLookup::Addresses& addresses) {
  connector_.start(addresses, [this](std::error_code error, asio::ip::tcp::socket socket) {
    if (error) return fail(error);
    cancel();
    on_connected_(*this, std::move(socket));
  });
}

// A machine that is switched off does not refuse the connection, so the attempt needs a timeout.
void Dialer::do_limit_time() {
  timer_.expires_after(kTimeout);
  timer_.async_wait([this, current = tries_](std::error_code error) {
    if (!error && current == tries_) fail(asio::error::timed_out);
  });
}

void Dialer::fail(std::error_code error) {
  cancel();
  on_failed_(*this, error);
}

}  // namespace jpegwire
