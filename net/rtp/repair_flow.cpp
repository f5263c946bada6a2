#include "net/rtp/repair_flow.hpp"

#include <algorithm>

#include "net/rtp/sequence_number.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kPacketsPerBlock = 64;

}  // namespace

RepairFlow::RepairFlow(asio::io_context& io, const asio::ip::udp::endpoint& target,
                       const MulticastOutput& multicast)
    : socket_(open_output(io, target, multicast)) {}

// How many packets the frame has is not known as long as it is being encoded; the one before had
// much the same number.
void RepairFlow::begin_frame(int percent, std::size_t bands) {
  percent_ = percent;
  const std::size_t blocks =
      std::max<std::size_t>(1, (previous_packets_ + kPacketsPerBlock / 2) / kPacketsPerBlock);
  bands_per_block_ = (bands + blocks - 1) / blocks;
  bands_in_block_ = 0;
  packets_ = 0;
}

void RepairFlow::packet_sent(const OutgoingPacket& packet) {
  ++packets_;
  if (percent_ == 0) return;
  if (encoder_.is_full()) end_block();
  sequence_ = extend_sequence(sequence_, packet.sequence);
  encoder_.add(sequence_, packet.head(), packet.data);
  if (packet.ends_band && ++bands_in_block_ == bands_per_block_) end_block();
}

void RepairFlow::end_frame() {
  end_block();
  previous_packets_ = packets_;
}

// What does not go out at once is given up: the packets themselves come first.
void RepairFlow::end_block() {
  bands_in_block_ = 0;
  datagrams_.clear();
  for (const Bytes datagram : encoder_.finish(percent_)) datagrams_.push_back({datagram, {}});
  sent_ += output_.send(socket_.native_handle(), datagrams_);
}

void RepairFlow::close() {
  std::error_code ignored;
  socket_.close(ignored);
}

}  // namespace jpegwire
