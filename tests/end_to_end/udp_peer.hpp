#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>

#include "app/descriptor.hpp"

namespace jpegwire {

/// A UDP socket on a port of 127.0.0.1, to be whatever peer a test needs. Calls throw where nothing
/// comes before the deadline.
class UdpPeer {
 public:
  explicit UdpPeer(std::uint16_t port = 0);

  /// Nobody at the port is no error.
  void send(const std::string& bytes, std::uint16_t port);

  std::string receive();

  /// To where the last datagram came from.
  void reply(const std::string& bytes) { send(bytes, last_port()); }
  std::uint16_t last_port() const { return ntohs(from_.sin_port); }

  bool has_received_nothing();

 private:
  Descriptor socket_;
  sockaddr_in from_{};
};

}  // namespace jpegwire
