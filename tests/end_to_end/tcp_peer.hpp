#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/descriptor.hpp"

namespace jpegwire {

/// One end of a TCP connection, which can play any peer that a test needs. Calls block, and throw
/// if nothing arrives before the deadline.
class TcpPeer {
 public:
  /// Connects to the port of this machine; retries while no program listens on it.
  static TcpPeer connect(std::uint16_t port);

  /// The same with a small receive buffer: the kernel holds only a few kB of unread data.
  static TcpPeer connect_with_small_buffer(std::uint16_t port);

  explicit TcpPeer(Descriptor socket) : socket_(std::move(socket)) {}

  void send(std::string_view bytes);

  /// False if the other end has closed the connection.
  bool try_send(std::string_view bytes);

  /// This number of bytes; fewer if the stream ends first.
  std::string receive(std::size_t size);

  /// All bytes until the other end closes the connection; throws if it resets it.
  std::string receive_to_end();

  /// The next frame with a be32 prefix; nothing at size 0 and at the end of the stream.
  std::optional<std::string> receive_frame();

  /// Shuts down the sending side.
  void end_sending();
  void close() { socket_ = Descriptor(); }

  /// Closes so that the other end sees a reset.
  void reset();

 private:
  std::string receive_some(std::size_t most);

  Descriptor socket_;
};

/// Listens on a free port of 127.0.0.1 and accepts one connection after another.
class TcpListener {
 public:
  TcpListener();

  std::uint16_t port() const;
  std::string url() const;
  TcpPeer accept();

 private:
  Descriptor socket_;
};

/// A free port, for a program that takes its port as an option.
std::uint16_t free_port();

std::string tcp_url(std::uint16_t port);

/// The big-endian size, then the bytes.
std::string with_size(std::string_view bytes);

/// The size alone, as be32.
std::string big_endian_size(std::uint32_t size);

}  // namespace jpegwire
