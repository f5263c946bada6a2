#include "net/sockets/udp_socket.hpp"

#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <asio/ip/multicast.hpp>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "net/sockets/name_lookup.hpp"

namespace jpegwire {
namespace {

using asio::ip::udp;

std::string_view advice(int error) {
  switch (error) {
    case EADDRINUSE:
      return "; another program uses the port: choose another one, as in rtp://ADDR:PORT";
    case EACCES:
      return "; ports below 1024 are reserved for root: choose another one, as in rtp://ADDR:PORT";
    case EADDRNOTAVAIL:
      return "; no interface of this machine has the address: write rtp://:PORT to receive on all";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "; there is no route to it: check the network, or choose an interface with "
             "--interface NAME";
    case ENODEV:
      return "; there is no route to the group: choose an interface, as in rtp://ADDR%eth0:PORT";
    default:
      return "";
  }
}

[[noreturn]] void fail(std::string_view what, std::string_view target, int error) {
  throw std::runtime_error(fmt::format("cannot {} {}: {}{}", what, target,
                                       std::system_category().message(error), advice(error)));
}

std::string to_text(const udp::endpoint& endpoint) {
  return to_string(Endpoint{endpoint.address().to_string(), endpoint.port()});
}

int index_of(const std::string& interface) {
  const unsigned index = ::if_nametoindex(interface.c_str());
  if (index == 0)
    throw std::runtime_error(
        fmt::format("this machine has no interface '{}'; choose one that `ip link` lists with "
                    "--interface NAME, "
                    "or as in rtp://ADDR%NAME:PORT",
                    interface));
  return static_cast<int>(index);
}

template <class Value>
bool set_option(udp::socket& socket, int level, int name, const Value& value) {
  return ::setsockopt(socket.native_handle(), level, name, &value, sizeof value) == 0;
}

udp::socket open_socket(asio::io_context& io, const udp& protocol) {
  udp::socket socket(io, protocol);
  socket.non_blocking(true);
  return socket;
}

bool choose_interface(udp::socket& socket, const udp::endpoint& target,
                      const std::string& interface) {
  const int index = index_of(interface);
  if (!target.address().is_multicast())
    return ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                        static_cast<socklen_t>(interface.size())) == 0;
  if (target.address().is_v6()) return set_option(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
  ip_mreqn request{};
  request.imr_ifindex = index;
  return set_option(socket, IPPROTO_IP, IP_MULTICAST_IF, request);
}

void prepare_output(udp::socket& socket, const udp::endpoint& target,
                    const MulticastOutput& multicast) {
  std::error_code ignored;
  if (target.address().is_multicast()) {
    socket.set_option(asio::ip::multicast::hops(multicast.hops), ignored);
    socket.set_option(asio::ip::multicast::enable_loopback(true), ignored);
  }
  if (!multicast.interface.empty() && !choose_interface(socket, target, multicast.interface))
    fail("send over interface", multicast.interface, errno);
}

bool join(udp::socket& socket, const asio::ip::address& group, int interface_index) {
  if (group.is_v6()) {
    ipv6_mreq request{};
    const auto bytes = group.to_v6().to_bytes();
    std::memcpy(&request.ipv6mr_multiaddr, bytes.data(), bytes.size());
    request.ipv6mr_interface = static_cast<unsigned>(interface_index);
    return set_option(socket, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, request);
  }
  ip_mreqn request{};
  const auto bytes = group.to_v4().to_bytes();
  std::memcpy(&request.imr_multiaddr, bytes.data(), bytes.size());
  request.imr_ifindex = interface_index;
  return set_option(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, request);
}

}  // namespace

udp::endpoint resolve_udp(asio::io_context& io, const Endpoint& endpoint) {
  std::error_code error;
  const auto found = udp::resolver(io).resolve(endpoint.host, std::to_string(endpoint.port), error);
  if (error || found.empty())
    throw std::runtime_error(
        fmt::format("cannot find the address of {}: {}; check the name, or write an address",
                    endpoint.host, describe(error)));
  return found.begin()->endpoint();
}

udp::endpoint with_interface(const udp::endpoint& endpoint, const std::string& interface) {
  if (interface.empty()) return endpoint;
  const int index = index_of(interface);
  if (!endpoint.address().is_v6()) return endpoint;
  asio::ip::address_v6 address = endpoint.address().to_v6();
  const bool is_of_link = address.is_link_local() || address.is_multicast_link_local();
  if (is_of_link) address.scope_id(static_cast<asio::ip::scope_id_type>(index));
  return {address, endpoint.port()};
}

udp::socket open_output(asio::io_context& io, const udp::endpoint& target,
                        const MulticastOutput& multicast) {
  udp::socket socket = open_socket(io, target.protocol());
  prepare_output(socket, target, multicast);
  std::error_code error;
  socket.connect(target, error);
  if (error.value() == EACCES)  // Linux refuses a broadcast address
    throw std::runtime_error(fmt::format(
        "cannot send to {}: it is a broadcast address; name a host or a group", to_text(target)));
  if (error) fail("send to", to_text(target), error.value());
  return socket;
}

udp::socket open_exchange(asio::io_context& io, const udp::endpoint& target,
                          const MulticastOutput& multicast) {
  udp::socket socket = open_socket(io, target.protocol());
  prepare_output(socket, target, multicast);
  std::error_code error;
  socket.bind(udp::endpoint(target.protocol(), 0), error);
  if (error) fail("send to", to_text(target), error.value());
  return socket;
}

udp::socket open_input(asio::io_context& io, const Endpoint& endpoint) {
  const std::size_t zone = endpoint.host.find('%');
  const std::string interface = zone == std::string::npos ? "" : endpoint.host.substr(zone + 1);
  const udp::endpoint address =
      with_interface(resolve_udp(io, {endpoint.host.substr(0, zone), endpoint.port}), interface);
  const int interface_index = interface.empty() ? 0 : index_of(interface);
  udp::socket socket = open_socket(io, address.protocol());
  std::error_code error;
  const bool is_group = address.address().is_multicast();
  if (is_group) socket.set_option(udp::socket::reuse_address(true), error);
  socket.bind(address, error);
  if (error) fail("receive on", to_string(endpoint), error.value());
  if (is_group && !join(socket, address.address(), interface_index))
    fail("join the group", to_string(endpoint), errno);
  return socket;
}

std::optional<udp::socket> try_open_input(asio::io_context& io, const Endpoint& endpoint,
                                          std::string_view consequence) {
  try {
    return open_input(io, endpoint);
  } catch (const std::exception& error) {
    spdlog::warn("{}, so {}", error.what(), consequence);
    return std::nullopt;
  }
}

std::size_t enlarge_receive_buffer(udp::socket& socket, std::size_t size_bytes) {
  std::error_code ignored;
  socket.set_option(udp::socket::receive_buffer_size(static_cast<int>(size_bytes)), ignored);
  udp::socket::receive_buffer_size granted;
  socket.get_option(granted, ignored);
  return static_cast<std::size_t>(granted.value());  // asio takes off what Linux adds for itself
}

}  // namespace jpegwire
