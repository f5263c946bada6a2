#include "net/rtp/repair_flow.hpp"

namespace jpegwire {

RepairFlow::RepairFlow(asio::io_context& io, const asio::ip::udp::endpoint& target,
                       const MulticastOutput& multicast)
    : socket_(open_output(io, target, multicast)) {}

void RepairFlow::begin_frame(int percent, std::size_t bands) {
  blocks_.begin_frame(percent, bands);
}

void RepairFlow::packet_sent(const OutgoingPacket& packet) { send(blocks_.add(packet)); }

void RepairFlow::end_frame() { send(blocks_.end_frame()); }

// What does not go out at once is given up: the packets themselves come first.
void RepairFlow::send(std::span<const Bytes> datagrams) {
  if (datagrams.empty()) return;
  datagrams_.clear();
  for (const Bytes datagram : datagrams) datagrams_.push_back({datagram, {}});
  const std::size_t done = output_.send(socket_.native_handle(), datagrams_);
  sent_ += done;
  dropped_ += datagrams_.size() - done;
}

void RepairFlow::close() {
  std::error_code ignored;
  socket_.close(ignored);
}

}  // namespace jpegwire
