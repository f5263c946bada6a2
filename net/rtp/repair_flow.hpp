#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "net/rtp/repair_blocks.hpp"
#include "net/sockets/datagram_output.hpp"
#include "net/sockets/udp_socket.hpp"

namespace jpegwire {

/// Sends repair datagrams beside a stream of packets (fec_packet.hpp), in the blocks of
/// RepairBlocks. Bound to the io thread.
class RepairFlow {
 public:
  /// Throws std::runtime_error where it cannot send to `target`.
  RepairFlow(asio::io_context& io, const asio::ip::udp::endpoint& target,
             const MulticastOutput& multicast);

  /// A frame of so many bands begins; without percent it goes unprotected.
  void begin_frame(int percent, std::size_t bands);

  /// The frame's next packet has been sent.
  void packet_sent(const OutgoingPacket& packet);

  void end_frame();

  void close();

  std::uint64_t sent() const { return sent_; }
  std::uint64_t failed() const { return output_.failed() + dropped_; }

 private:
  void send(std::span<const Bytes> datagrams);

  asio::ip::udp::socket socket_;
  DatagramOutput output_;
  RepairBlocks blocks_;
  std::vector<GatheredDatagram> datagrams_;
  std::uint64_t sent_ = 0;
  std::uint64_t dropped_ = 0;  // the socket took no more for now
};

}  // namespace jpegwire
