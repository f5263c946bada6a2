#include "end_to_end/udp_peer.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "end_to_end/process.hpp"

namespace jpegwire {
namespace {

[[noreturn]] void throw_last_error(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

UdpPeer::UdpPeer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0) throw_last_error("socket");
  const timeval deadline{kDeadline.count(), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  const sockaddr_in address = loopback(port);
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw_last_error("bind");
}

UdpPeer::~UdpPeer() { ::close(socket_); }

void UdpPeer::send(const std::string& bytes, std::uint16_t port) {
  const sockaddr_in to = loopback(port);
  if (::sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to),
               sizeof to) < 0)
    throw_last_error("sendto");
}

std::string UdpPeer::receive() {
  std::string bytes(65536, '\0');
  socklen_t size = sizeof from_;
  const ssize_t received = ::recvfrom(socket_, bytes.data(), bytes.size(), 0,
                                      reinterpret_cast<sockaddr*>(&from_), &size);
  if (received < 0) throw_last_error("recvfrom");
  bytes.resize(static_cast<std::size_t>(received));
  return bytes;
}

bool UdpPeer::has_received_nothing() {
  char byte = 0;
  return ::recv(socket_, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

}  // namespace jpegwire
