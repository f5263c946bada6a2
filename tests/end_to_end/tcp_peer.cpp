#include "end_to_end/tcp_peer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "end_to_end/loopback_socket.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kMaxAtOnce = 65536;

Descriptor connect_socket(std::uint16_t port, std::optional<int> buffer_bytes) {
  const sockaddr_in address = loopback(port);
  Descriptor socket;
  const bool connected = eventually([&] {
    socket = open_socket(SOCK_STREAM);
    if (buffer_bytes)
      ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVBUF, &*buffer_bytes, sizeof *buffer_bytes);
    return ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address),
                     sizeof address) == 0;
  });
  if (!connected) throw_last_error("connect");
  return socket;
}

}  // namespace

TcpPeer TcpPeer::connect(std::uint16_t port) { return TcpPeer(connect_socket(port, {})); }

TcpPeer TcpPeer::connect_with_small_buffer(std::uint16_t port) {
  return TcpPeer(connect_socket(port, 4096));
}

void TcpPeer::send(std::string_view bytes) {
  if (!try_send(bytes)) throw_last_error("send");
}

bool TcpPeer::try_send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string TcpPeer::receive_some(std::size_t most) {
  std::string bytes(std::min(most, kMaxAtOnce), '\0');
  const ssize_t size = ::recv(socket_.number(), bytes.data(), bytes.size(), 0);
  if (size < 0) throw_last_error("recv");
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

std::string TcpPeer::receive(std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const std::string some = receive_some(size - all.size());
    if (some.empty()) break;
    all += some;
  }
  return all;
}

std::string TcpPeer::receive_to_end() {
  std::string all;
  for (std::string some = receive_some(kMaxAtOnce); !some.empty(); some = receive_some(kMaxAtOnce))
    all += some;
  return all;
}

std::optional<std::string> TcpPeer::receive_frame() {
  const std::string prefix = receive(4);
  if (prefix.size() < 4) return std::nullopt;
  std::size_t size = 0;
  for (const char digit : prefix) size = size << 8 | static_cast<unsigned char>(digit);
  if (size == 0) return std::nullopt;
  std::string frame = receive(size);
  if (frame.size() < size)
    throw std::runtime_error(fmt::format("{} of a frame's {} bytes", frame.size(), size));
  return frame;
}

void TcpPeer::end_sending() { ::shutdown(socket_.number(), SHUT_WR); }

void TcpPeer::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

TcpListener::TcpListener() : socket_(open_socket(SOCK_STREAM)) {
  bind_to_loopback(socket_, 0);
  if (::listen(socket_.number(), SOMAXCONN) != 0) throw_last_error("listen");
}

std::uint16_t TcpListener::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket_.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw_last_error("getsockname");
  return ntohs(address.sin_port);
}

std::string TcpListener::url() const { return tcp_url(port()); }

TcpPeer TcpListener::accept() {
  Descriptor socket(::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!socket.is_open()) throw_last_error("accept");
  set_deadline(socket);
  return TcpPeer(std::move(socket));
}

std::uint16_t free_port() { return TcpListener().port(); }

std::string tcp_url(std::uint16_t port) { return fmt::format("tcp://127.0.0.1:{}", port); }

std::string big_endian_size(std::uint32_t size) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(size >> shift & 0xff);
  return text;
}

std::string with_size(std::string_view bytes) {
  return big_endian_size(static_cast<std::uint32_t>(bytes.size())).append(bytes);
}

}  // namespace jpegwire
