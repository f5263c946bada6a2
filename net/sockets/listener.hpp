#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <list>

#include "app/log_limit.hpp"
#include "net/sockets/endpoint.hpp"

namespace jpegwire {

/// Accepts connections on every address that a name or address stands for. Bound to the io thread;
/// must outlive the io context's run.
class Listener {
 public:
  using OnAccepted = std::function<void(asio::ip::tcp::socket)>;

  /// Throws std::runtime_error with one sentence: who has the port, or what is wrong with the
  /// address.
  Listener(asio::io_context& io, const Endpoint& endpoint, OnAccepted on_accepted);

  /// With the port that the system chose where it was 0.
  const Endpoint& endpoint() const { return endpoint_; }

  /// Whether other machines can reach it.
  bool is_public() const;

  /// How often a connection could not be accepted, as when there are too many descriptors.
  std::uint64_t failures() const { return failures_; }

  void stop();

 private:
  struct Door {
    explicit Door(asio::io_context& io) : acceptor(io), pause(io) {}
    asio::ip::tcp::acceptor acceptor;
    asio::steady_timer pause;
  };

  void open(asio::io_context& io, asio::ip::tcp::endpoint address);
  void do_accept(Door& door);
  void do_accept_later(Door& door, std::error_code trouble);

  Endpoint endpoint_;
  OnAccepted on_accepted_;
  std::list<Door> doors_;
  LogLimit troubles_{1};
  std::uint64_t failures_ = 0;
};

}  // namespace jpegwire
