#pragma once

#include <asio/ip/udp.hpp>
#include <cstddef>
#include <vector>

#include "codec/frame.hpp"

namespace jpegwire {

/// Reads datagrams from a non-blocking UDP socket with as few system calls as it can: what the
/// kernel has put together (UDP_GRO, udp(7)) comes with one recvmsg() and is taken apart here.
/// Bound to one thread; the socket is the caller's.
class DatagramInput {
 public:
  /// Asks the kernel to put datagrams together; one that does not know how gives them one by one.
  static void enable(int socket);

  struct Batch {
    Bytes bytes;
    std::size_t datagram_size = 0;  // of each but perhaps the last

    /// Takes the next datagram off the front; there is one as long as `bytes` is not empty.
    Bytes take_datagram();
  };

  /// False where there is nothing more for now. An error that a datagram we sent has met is passed
  /// over.
  bool receive(int socket, Batch& batch);

  /// Where the latest batch came from.
  const asio::ip::udp::endpoint& source() const { return source_; }

 private:
  std::vector<std::byte> buffer_ = std::vector<std::byte>(65'536);
  asio::ip::udp::endpoint source_;
};

}  // namespace jpegwire
