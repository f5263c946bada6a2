#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>

#include "app/descriptor.hpp"

namespace jpegwire {

/// A UDP socket on a port of 127.0.0.1, which can play any peer that a test needs. Calls throw if
/// nothing arrives before the deadline.
class UdpPeer {
 public:
  explicit UdpPeer(std::uint16_t port = 0);

  /// No error if no program listens on the port.
  void send(const std::string& bytes, std::uint16_t port);

  std::string receive();

  /// Sends to the source of the last datagram.
  void reply(const std::string& bytes) { send(bytes, last_port()); }
  std::uint16_t last_port() const { return ntohs(from_.sin_port); }

  bool has_received_nothing();

 private:
  Descriptor socket_;
  sockaddr_in from_{};
};

}  // namespace jpegwire
