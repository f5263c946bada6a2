#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "net/sockets/endpoint.hpp"

namespace jpegwire {

struct MulticastOutput {
  int hops = 1;           // how many routers it may pass, plus one
  std::string interface;  // by name; empty: as the routing table says
};

/// Resolves a name or address, with the port. Throws std::runtime_error with a sentence.
asio::ip::udp::endpoint resolve_udp(asio::io_context& io, const Endpoint& endpoint);

/// The same address as seen from an interface, which a link-local IPv6 address requires (RFC 4007);
/// unchanged if the interface is "". Throws std::runtime_error if there is no such interface.
asio::ip::udp::endpoint with_interface(const asio::ip::udp::endpoint& endpoint,
                                       const std::string& interface);

/// A non-blocking socket that sends to one address, a group's or a host's. Throws
/// std::runtime_error with a one-sentence message if there is no route or no such interface.
asio::ip::udp::socket open_output(asio::io_context& io, const asio::ip::udp::endpoint& target,
                                  const MulticastOutput& multicast);

/// A non-blocking socket that sends to any address and receives answers, on a port that the system
/// chooses. Throws likewise.
asio::ip::udp::socket open_exchange(asio::io_context& io, const asio::ip::udp::endpoint& target,
                                    const MulticastOutput& multicast);

/// A non-blocking socket that receives datagrams for an address of this machine or of a group. It
/// joins the group on the interface of the address's zone ("239.1.2.3%eth0"), otherwise according
/// to the routing table; several programs may receive the same group. Throws std::runtime_error
/// with a sentence that says what to do.
asio::ip::udp::socket open_input(asio::io_context& io, const Endpoint& endpoint);

/// The same for an optional port: if it is not available, returns nothing and logs a warning with
/// the consequence.
std::optional<asio::ip::udp::socket> try_open_input(asio::io_context& io, const Endpoint& endpoint,
                                                    std::string_view consequence);

/// Requests a receive buffer and returns its size, which the kernel may limit.
std::size_t enlarge_receive_buffer(asio::ip::udp::socket& socket, std::size_t size_bytes);

}  // namespace jpegwire
