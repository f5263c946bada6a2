#pragma once

#include <asio/ip/udp.hpp>
#include <cstddef>
#include <vector>

#include "codec/frame.hpp"

namespace jpegwire {

/// Reads datagrams from a non-blocking UDP socket with as few system calls as it can: one recvmsg()
/// returns datagrams that the kernel has merged (UDP_GRO, udp(7)), and this class splits them.
/// Bound to one thread; the socket is the caller's.
class DatagramInput {
 public:
  /// Asks the kernel to merge datagrams; a kernel without UDP_GRO returns them one by one.
  static void enable(int socket);

  struct Batch {
    Bytes bytes;
    std::size_t datagram_size = 0;  // of each but perhaps the last

    /// Takes the next datagram off the front; there is one as long as `bytes` is not empty.
    Bytes take_datagram();
  };

  /// False if no datagram is available now. Ignores pending errors of datagrams that this socket
  /// sent.
  bool receive(int socket, Batch& batch);

  /// The source of the latest batch.
  const asio::ip::udp::endpoint& source() const { return source_; }

 private:
  std::vector<std::byte> buffer_ = std::vector<std::byte>(65'536);
  asio::ip::udp::endpoint source_;
};

}  // namespace jpegwire
