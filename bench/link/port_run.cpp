#include "bench/link/port_run.hpp"

#include <sys/socket.h>

#include <system_error>

namespace jpegwire {
namespace {

using asio::ip::udp;

constexpr int kBufferBytes = 4 << 20;
constexpr int kTries = 100;

// SO_RCVBUFFORCE exceeds the system's limit, if the process is privileged.
void enlarge_buffer(udp::socket& socket, int forced, int granted) {
  const int handle = socket.native_handle();
  if (::setsockopt(handle, SOL_SOCKET, forced, &kBufferBytes, sizeof kBufferBytes) != 0)
    ::setsockopt(handle, SOL_SOCKET, granted, &kBufferBytes, sizeof kBufferBytes);
}

udp::socket open_socket(asio::io_context& io, const udp::endpoint& endpoint) {
  udp::socket socket(io, endpoint);
  socket.non_blocking(true);
  enlarge_buffer(socket, SO_RCVBUFFORCE, SO_RCVBUF);
  enlarge_buffer(socket, SO_SNDBUFFORCE, SO_SNDBUF);
  return socket;
}

std::vector<udp::socket> open_all(asio::io_context& io, udp::endpoint endpoint) {
  std::vector<udp::socket> sockets;
  for (int i = 0; i < kPorts; ++i) {
    sockets.push_back(open_socket(io, endpoint));
    endpoint.port(static_cast<std::uint16_t>(endpoint.port() + 1));
  }
  return sockets;
}

// The port is free again when this returns; the system chooses another one the next time.
udp::endpoint find_even_base(asio::io_context& io, udp::endpoint endpoint) {
  const auto port = udp::socket(io, endpoint).local_endpoint().port();
  endpoint.port(static_cast<std::uint16_t>(port & ~1));
  return endpoint;
}

std::vector<udp::socket> open_free_ports(asio::io_context& io, const udp::endpoint& endpoint) {
  for (int tries = 1;; ++tries) {
    try {
      return open_all(io, find_even_base(io, endpoint));
    } catch (const std::system_error&) {
      if (tries == kTries) throw;
    }
  }
}

}  // namespace

std::vector<udp::socket> open_port_run(asio::io_context& io, const udp::endpoint& base) {
  return base.port() == 0 ? open_free_ports(io, base) : open_all(io, base);
}

}  // namespace jpegwire
