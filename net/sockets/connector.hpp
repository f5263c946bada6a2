#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <system_error>
#include <vector>

namespace jpegwire {

/// The addresses in the order in which to try them: as they are sorted already, but with the
/// families in turn, so that a family that does not work costs one attempt (RFC 8305, section 4).
std::vector<asio::ip::tcp::endpoint> interleave_families(
    const std::vector<asio::ip::tcp::endpoint>& addresses);

/// Connects to one of a host's addresses (RFC 8305, section 5). An attempt that fails starts the
/// next one at once; one that takes long does so after a delay, and goes on beside it. The first
/// that connects wins, and the others are closed. Has no timeout: an address that does not answer
/// keeps it waiting. Bound to the io thread; must outlive the io context's run.
class Connector {
 public:
  using Addresses = std::vector<asio::ip::tcp::endpoint>;
  /// Without an error the socket is connected.
  using OnEnded = std::function<void(std::error_code, asio::ip::tcp::socket)>;

  /// The Connection Attempt Delay of RFC 8305, section 8.
  static constexpr std::chrono::milliseconds kDelay{250};

  explicit Connector(asio::io_context& io, std::chrono::milliseconds delay = kDelay);

  /// `addresses` is not empty. Calls `on_ended` on the io thread, once, unless cancelled before.
  void start(const Addresses& addresses, OnEnded on_ended);

  void cancel();

 private:
  using Attempts = std::list<asio::ip::tcp::socket>;

  void do_attempt();
  void do_delay();
  void attempt_ended(Attempts::iterator attempt, std::error_code error);
  void end(std::error_code error, asio::ip::tcp::socket socket);

  asio::io_context& io_;
  const std::chrono::milliseconds delay_;
  asio::steady_timer timer_;
  Addresses addresses_;
  std::size_t next_ = 0;  // of the addresses
  Attempts attempts_;     // that have not ended
  std::error_code error_;
  OnEnded on_ended_;
  unsigned run_ = 0;  // lets the handler of an earlier run detect that it is outdated
};

}  // namespace jpegwire
