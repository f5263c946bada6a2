#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <cstdint>
#include <vector>

namespace jpegwire {

/// The ports of an RTP stream: media on an even port, then RTCP, then repair.
inline constexpr std::uint16_t kPorts = 3;

/// Non-blocking sockets with large buffers on three consecutive ports of the address; for port 0,
/// on free ports of which the first is even. Throws std::system_error if a port is in use.
std::vector<asio::ip::udp::socket> open_port_run(asio::io_context& io,
                                                 const asio::ip::udp::endpoint& base);

}  // namespace jpegwire
