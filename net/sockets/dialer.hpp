#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <system_error>

#include "net/sockets/connector.hpp"
#include "net/sockets/endpoint.hpp"
#include "net/sockets/name_lookup.hpp"

namespace jpegwire {

/// Resolves an endpoint's name and connects to one of its addresses, repeatedly if required: after
/// 100 ms, then after twice as long each time, up to 2 s. Bound to the io thread; must outlive the
/// io context's run.
class Dialer {
 public:
  using OnConnected = std::function<void(Dialer&, asio::ip::tcp::socket)>;
  using OnFailed = std::function<void(Dialer&, std::error_code)>;

  Dialer(asio::io_context& io, Endpoint endpoint, OnConnected on_connected, OnFailed on_failed);

  /// Connects now. Exactly one of the callbacks is called for each attempt that is not cancelled.
  void dial();

  /// Connects after the current pause.
  void dial_later();

  /// Resets the pause to the shortest.
  void reset_pause();

  void cancel();

  /// From the next attempt on, connects to this endpoint.
  void redirect(const Endpoint& endpoint) { endpoint_ = endpoint; }

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  void do_resolve();
  void do_connect(const NameLookup::Addresses& addresses);
  void do_limit_time();
  void fail(std::error_code error);

  Endpoint endpoint_;
  OnConnected on_connected_;
  OnFailed on_failed_;
  NameLookup lookup_;
  Connector connector_;
  asio::steady_timer timer_;
  std::chrono::milliseconds pause_;
  unsigned tries_ = 0;  // lets the timer of an earlier attempt detect that it is outdated
};

}  // namespace jpegwire
