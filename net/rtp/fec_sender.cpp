#include "net/rtp/fec_sender.hpp"

namespace jpegwire {

FecSender::FecSender(asio::io_context& io, const asio::ip::udp::endpoint& target,
                     const MulticastOutput& multicast)
    : socket_(open_output(io, target, multicast)) {}

void FecSender::begin_frame(int percent, std::size_t bands) { blocks_.begin_frame(percent, bands); }

void FecSender::packet_sent(const OutgoingPacket& packet) { send(blocks_.add(packet)); }

void FecSender::end_frame() { send(blocks_.end_frame()); }

// Repair packets never wait: if the socket is full, the packets themselves go first.
void FecSender::send(std::span<const Bytes> datagrams) {
  if (datagrams.empty()) return;
  datagrams_.clear();
  for (const Bytes datagram : datagrams) datagrams_.push_back({datagram, {}});
  const std::size_t done = output_.send(socket_.native_handle(), datagrams_);
  sent_ += done;
  dropped_ += datagrams_.size() - done;
}

void FecSender::close() {
  std::error_code ignored;
  socket_.close(ignored);
}

}  // namespace jpegwire
