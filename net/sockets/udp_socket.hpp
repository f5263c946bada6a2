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

/// The address that a name or number stands for, with the port. Throws std::runtime_error with a
/// sentence.
asio::ip::udp::endpoint resolve_udp(asio::io_context& io, const Endpoint& endpoint);

/// The same address as seen from an interface, which an IPv6 address of the link needs (RFC 4007);
/// unchanged where the interface is "". Throws std::runtime_error where there is no such one.
asio::ip::udp::endpoint with_interface(const asio::ip::udp::endpoint& endpoint,
                                       const std::string& interface);

/// A non-blocking socket that sends to one address, a group's or a host's. Throws
/// std::runtime_error with a sentence, where there is no route or no such interface.
asio::ip::udp::socket open_output(asio::io_context& io, const asio::ip::udp::endpoint& target,
                                  const MulticastOutput& multicast);

/// A non-blocking socket that sends anywhere and hears answers, with a port of the system's choice;
/// likewise.
asio::ip::udp::socket open_exchange(asio::io_context& io, const asio::ip::udp::endpoint& target,
                                    const MulticastOutput& multicast);

/// A non-blocking socket that receives what comes to an address, its own or a group's. A group is
/// joined, on the interface of the address's zone ("239.1.2.3%eth0") or else where the routing
/// table says, and may be watched by several programs. Throws std::runtime_error with a sentence
/// that says what to do.
asio::ip::udp::socket open_input(asio::io_context& io, const Endpoint& endpoint);

/// The same for a port that one can do without: nothing, and a warning with the consequence, where
/// it is not to be had.
std::optional<asio::ip::udp::socket> try_open_input(asio::io_context& io, const Endpoint& endpoint,
                                                    std::string_view consequence);

/// Asks for a receive buffer and tells how large it is, as the kernel caps it.
std::size_t enlarge_receive_buffer(asio::ip::udp::socket& socket, std::size_t size_bytes);

}  // namespace jpegwire
