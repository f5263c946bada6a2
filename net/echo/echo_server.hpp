#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>

#include "app/log_limit.hpp"
#include "net/sockets/admission.hpp"
#include "net/sockets/listener.hpp"
#include "net/sockets/socket_options.hpp"

namespace jpegwire {

/// Sends every message back to its peer, as `write` says. Holds one message per peer and limits the
/// number of peers, in all and from one address, so its memory is bounded. Bound to the io thread;
/// must outlive the io context's run.
class EchoServer {
 public:
  static constexpr std::size_t kMaxPeers = 8;
  static constexpr std::size_t kMaxPerAddress = 4;

  /// Throws std::runtime_error with one sentence.
  EchoServer(asio::io_context& io, const Endpoint& endpoint, WriteSettings write);
  ~EchoServer();

  const Listener& listener() const { return listener_; }

  // That were sent back.
  std::uint64_t messages() const { return messages_; }
  std::uint64_t bytes() const { return bytes_; }  // of these, without their prefixes

  /// Closes all connections.
  void stop();

 private:
  class Peer;

  void accept(asio::ip::tcp::socket socket);

  const WriteSettings write_;
  Admission admission_{kMaxPeers, kMaxPerAddress};
  std::set<std::shared_ptr<Peer>> peers_;
  std::uint64_t messages_ = 0;
  std::uint64_t bytes_ = 0;
  LogLimit refusals_{1};
  Listener listener_;
};

}  // namespace jpegwire
