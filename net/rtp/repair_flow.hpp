#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/rtp/fec_encoder.hpp"
#include "net/rtp/jpeg_packetizer.hpp"
#include "net/udp/datagram_output.hpp"
#include "net/udp/udp_socket.hpp"

namespace jpegwire {

/// Sends repair datagrams beside a stream of packets (fec_packet.hpp). A frame's packets are
/// divided into blocks of whole bands that are all of much the same size: small enough to be coded
/// fast, large enough that a burst of losses is a small part of one. Bound to the io thread.
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
  std::uint64_t failed() const { return output_.failed(); }

 private:
  void end_block();

  asio::ip::udp::socket socket_;
  DatagramOutput output_;
  FecEncoder encoder_;
  std::vector<GatheredDatagram> datagrams_;
  int percent_ = 0;
  std::int64_t sequence_ = 0;  // extended
  std::size_t bands_per_block_ = 1;
  std::size_t bands_in_block_ = 0;
  std::size_t packets_ = 0;           // of this frame
  std::size_t previous_packets_ = 0;  // of the one before
  std::uint64_t sent_ = 0;
};

}  // namespace jpegwire
