#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstdint>

#include "app/descriptor.hpp"
#include "end_to_end/process.hpp"

namespace jpegwire {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Lets no call wait for ever.
inline void set_deadline(const Descriptor& socket) {
  const timeval deadline{kDeadline.count(), 0};
  ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
}

/// Opens a socket of this type, with that deadline.
inline Descriptor open_socket(int type) {
  Descriptor socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) throw_last_error("socket");
  set_deadline(socket);
  return socket;
}

inline void bind_to_loopback(const Descriptor& socket, std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw_last_error("bind");
}

}  // namespace jpegwire
