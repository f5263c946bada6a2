#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>

#include "net/sockets/deadline.hpp"
#include "net/sockets/dialer.hpp"

namespace jpegwire {

/// Finds out whether a server that sends nothing waits for an HTTP request. Asks on a connection of
/// its own, since a sender of frames may only need time to start. Bound to the io thread; must
/// outlive the io context's run.
class HttpProbe {
 public:
  HttpProbe(asio::io_context& io, const Endpoint& endpoint, std::function<void()> on_http);

  /// Asks after a second, once, unless it is cancelled.
  void start();
  void cancel();

 private:
  void ask(asio::ip::tcp::socket socket);
  void do_read();

  std::function<void()> on_http_;
  Deadline deadline_;
  Dialer dialer_;
  asio::ip::tcp::socket socket_;
  std::array<char, 5> answer_{};
  unsigned probe_ = 0;  // lets the handler of an earlier probe detect that it is outdated
};

}  // namespace jpegwire
