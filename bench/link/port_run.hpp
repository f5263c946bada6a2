#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <cstdint>
#include <vector>

namespace jpegwire {

/// The ports of an RTP stream: media on an even one, then RTCP, then repair.
inline constexpr std::uint16_t kPorts = 3;

/// Sockets on three consecutive ports of the address, that do not block and have large buffers;
/// with port 0 on the first free ones whose base is even. Throws std::system_error where a port is
/// taken.
std::vector<asio::ip::udp::socket> open_port_run(asio::io_context& io,
                                                 const asio::ip::udp::endpoint& base);

}  // namespace jpegwire
