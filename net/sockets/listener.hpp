#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <string_view>

#include "app/log_limit.hpp"
#include "net/sockets/endpoint.hpp"

namespace jpegwire {

/// Accepts connections on every address that a name resolves to. Bound to the io thread; must
/// outlive the io context's run.
class Listener {
 public:
  using OnAccepted = std::function<void(asio::ip::tcp::socket)>;

  /// Throws std::runtime_error with a one-sentence message: the port is in use, or the address is
  /// invalid. The message names `option`, which the user can choose another one with.
  Listener(asio::io_context& io, const Endpoint& endpoint, std::string_view option,
           OnAccepted on_accepted);

  /// Contains the port that the system chose if it was 0.
  const Endpoint& endpoint() const { return endpoint_; }

  /// Whether other machines can reach it.
  bool is_public() const;

  /// How often a connection could not be accepted, for example because no descriptor was left.
  std::uint64_t failures() const { return failures_; }

  void stop();

 private:
  struct Door {
    explicit Door(asio::io_context& io) : acceptor(io), pause(io) {}
    asio::ip::tcp::acceptor acceptor;
    asio::steady_timer pause;
  };

  void open(asio::io_context& io, asio::ip::tcp::endpoint address, std::string_view option);
  void do_accept(Door& door);
  void do_accept_later(Door& door, std::error_code trouble);

  Endpoint endpoint_;
  OnAccepted on_accepted_;
  std::list<Door> doors_;
  LogLimit troubles_{1};
  std::uint64_t failures_ = 0;
};

}  // namespace jpegwire
