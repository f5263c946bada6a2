#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <string>

namespace jpegwire {

/// TCP sockets of all programs that have a port of this machine as their own, as the calling
/// thread's network namespace has them (proc_net_tcp(5)).
struct TcpSockets {
  int listening = 0;
  int connected = 0;
};

TcpSockets tcp_sockets_at(std::uint16_t port);

/// One that nobody listens at now.
std::uint16_t free_tcp_port(asio::io_context& io, const std::string& address);

}  // namespace jpegwire
