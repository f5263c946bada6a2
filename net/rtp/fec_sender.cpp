#include "net/rtp/fec_sender.hpp"

#include <algorithm>

namespace jpegwire {

void FecPolicy::report(std::uint8_t fraction_lost, WallTime now) {
  last_reported_[fraction_lost] = now;
}

int FecPolicy::percent(WallTime now) const {
  int worst = 255;
  while (worst > 0 && last_reported_[static_cast<std::size_t>(worst)] < now - kMemory) --worst;
  if (worst == 0) return 0;
  const int three_times_percent = (300 * worst + 255) / 256;  // rounded up
  return std::clamp(three_times_percent + 5, 10, 50);
}

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
  for (std::size_t i = 0; i < done; ++i) sent_bytes_ += datagrams_[i].size();
  dropped_ += datagrams_.size() - done;
}

void FecSender::close() {
  std::error_code ignored;
  socket_.close(ignored);
}

}  // namespace jpegwire
