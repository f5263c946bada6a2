#include "end_to_end/udp_peer.hpp"

#include <cerrno>

#include "end_to_end/loopback_socket.hpp"

namespace jpegwire {
UdpPeer::UdpPeer(std::uint16_t port) : socket_(open_socket(SOCK_DGRAM)) {
  bind_to_loopback(socket_, port);
}

void UdpPeer::send(const std::string& bytes, std::uint16_t port) {
  const sockaddr_in to = loopback(port);
  if (::sendto(socket_.number(), bytes.data(), bytes.size(), 0,
               reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0)
    throw_last_error("sendto");
}

std::string UdpPeer::receive() {
  std::string bytes(65536, '\0');
  socklen_t size = sizeof from_;
  const ssize_t received = ::recvfrom(socket_.number(), bytes.data(), bytes.size(), 0,
                                      reinterpret_cast<sockaddr*>(&from_), &size);
  if (received < 0) throw_last_error("recvfrom");
  bytes.resize(static_cast<std::size_t>(received));
  return bytes;
}

bool UdpPeer::has_received_nothing() {
  char byte = 0;
  return ::recv(socket_.number(), &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

}  // namespace jpegwire
