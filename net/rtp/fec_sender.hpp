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

/// Sends the repair packets of an RTP stream (fec_packet.hpp), in the blocks of RepairBlocks. Bound
/// to the io thread.
class FecSender {
 public:
  /// Throws std::runtime_error if it cannot send to `target`.
  FecSender(asio::io_context& io, const asio::ip::udp::endpoint& target,
            const MulticastOutput& multicast);

  /// Begins a frame with this number of bands. With 0 percent it is not protected.
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
  std::uint64_t dropped_ = 0;  // the socket's buffer was full
};

}  // namespace jpegwire
