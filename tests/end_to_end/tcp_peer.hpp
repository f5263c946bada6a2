#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/descriptor.hpp"

namespace jpegwire {

/// One end of a TCP connection, to be whatever peer a test needs. Calls wait, and throw where
/// nothing comes before the deadline.
class TcpPeer {
 public:
  /// Connects to the port of this machine, again and again while nobody listens.
  static TcpPeer connect(std::uint16_t port);

  /// Likewise; the kernel keeps only a few kB that are not read.
  static TcpPeer connect_with_small_buffer(std::uint16_t port);

  explicit TcpPeer(Descriptor socket) : socket_(std::move(socket)) {}

  void send(std::string_view bytes);

  /// False where the other end has closed the connection.
  bool try_send(std::string_view bytes);

  /// So many bytes; fewer where the stream ends before.
  std::string receive(std::size_t size);

  /// All until the other end closes in order; throws where it resets the connection.
  std::string receive_to_end();

  /// The next frame with a be32 prefix; nothing at size 0, and where the stream ends.
  std::optional<std::string> receive_frame();

  /// Says that nothing more will be sent.
  void end_sending();
  void close() { socket_ = Descriptor(); }

  /// Closes so that the other end sees a reset.
  void reset();

 private:
  std::string receive_some(std::size_t most);

  Descriptor socket_;
};

/// Waits on a free port of 127.0.0.1 for one connection after the other.
class TcpListener {
 public:
  TcpListener();

  std::uint16_t port() const;
  std::string url() const;
  TcpPeer accept();

 private:
  Descriptor socket_;
};

/// A port that nobody has, for a program that wants to be told one.
std::uint16_t free_port();

std::string tcp_url(std::uint16_t port);

/// The big-endian size, then the bytes.
std::string with_size(std::string_view bytes);

/// The size alone, as be32.
std::string big_endian_size(std::uint32_t size);

}  // namespace jpegwire
