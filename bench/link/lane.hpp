#pragma once

#include <array>
#include <asio/ip/udp.hpp>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "bench/link/delayed_packets.hpp"
#include "bench/link/impairment.hpp"

namespace jpegwire {

/// One port of the proxy. Datagrams to the listening socket are impaired and forwarded to the
/// target from the forwarding socket. Datagrams to the forwarding socket return unchanged, from the
/// listening socket, to its latest sender. Socket errors are counted. Bound to the io thread.
class Lane {
 public:
  using Socket = asio::ip::udp::socket;
  using Peer = asio::ip::udp::endpoint;

  Lane(Socket listening, Socket forwarding, Peer target, const ImpairmentSettings& settings);

  void start();

  /// Receives waiting datagrams, and sends all delayed ones at once.
  void finish();

  nlohmann::json counts();

 private:
  void do_receive();
  void do_return();
  void receive_all();
  bool receive_one();
  bool return_one();
  void send(Socket& from, Bytes datagram, const Peer& to, std::uint64_t& count);
  std::optional<Bytes> receive(Socket& socket, Peer& peer);

  Socket listening_;
  Socket forwarding_;
  Peer target_;
  std::optional<Peer> sender_;
  Impairment impairment_;
  DelayedPackets delayed_;
  std::array<std::byte, 65536> buffer_;
  std::uint64_t in_ = 0;
  std::uint64_t out_ = 0;
  std::uint64_t returned_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace jpegwire
