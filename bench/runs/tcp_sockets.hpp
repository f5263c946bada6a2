#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <string>

namespace jpegwire {

/// TCP sockets of all programs by local port, in the network namespace of the calling thread
/// (proc_net_tcp(5)).
struct TcpSockets {
  int listening = 0;
  int connected = 0;
};

TcpSockets tcp_sockets_at(std::uint16_t port);

/// A port on which no program listens now.
std::uint16_t free_tcp_port(asio::io_context& io, const std::string& address);

}  // namespace jpegwire
