#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/time.hpp"
#include "net/rtp/repair_blocks.hpp"
#include "net/sockets/datagram_output.hpp"
#include "net/sockets/udp_socket.hpp"

namespace jpegwire {

/// How much forward error correction the receivers' reports call for. None while there is no loss,
/// since it would only load the link. Bound to one thread.
class FecPolicy {
 public:
  /// How long a report counts.
  static constexpr microseconds kMemory = std::chrono::seconds(10);

  FecPolicy() { last_reported_.fill(WallTime::min()); }

  /// A receiver reports the loss of `fraction_lost` / 256 of the packets (RFC 3550, section 6.4.1).
  void report(std::uint8_t fraction_lost, WallTime now);

  /// Repair packets in percent of the packets: 0 if the reports of the last 10 s show no loss,
  /// otherwise three times the worst percentage plus 5, rounded up, from 10 to 50.
  int percent(WallTime now) const;

 private:
  std::array<WallTime, 256> last_reported_;  // by fraction lost
};

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
  std::uint64_t sent_bytes() const { return sent_bytes_; }
  std::uint64_t failed() const { return output_.failed() + dropped_; }

 private:
  void send(std::span<const Bytes> datagrams);

  asio::ip::udp::socket socket_;
  DatagramOutput output_;
  RepairBlocks blocks_;
  std::vector<GatheredDatagram> datagrams_;
  std::uint64_t sent_ = 0;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t dropped_ = 0;  // the socket's buffer was full
};

}  // namespace jpegwire
