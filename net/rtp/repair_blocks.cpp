#include "net/rtp/repair_blocks.hpp"

#include <algorithm>

#include "net/rtp/format/sequence_number.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kPacketsPerBlock = 64;

}  // namespace

// The number of packets is unknown while the frame is being encoded; the previous frame had about
// as many.
void RepairBlocks::begin_frame(int percent, std::size_t bands) {
  percent_ = percent;
  const std::size_t blocks =
      std::max<std::size_t>(1, (previous_packets_ + kPacketsPerBlock / 2) / kPacketsPerBlock);
  bands_per_block_ = (bands + blocks - 1) / blocks;
  bands_in_block_ = 0;
  packets_ = 0;
}

std::span<const Bytes> RepairBlocks::add(const OutgoingPacket& packet) {
  ++packets_;
  if (percent_ == 0) return {};
  sequence_ = extend_sequence(sequence_, packet.sequence);
  encoder_.add(sequence_, packet.head(), packet.data);
  if (packet.ends_band) ++bands_in_block_;
  return bands_in_block_ == bands_per_block_ || encoder_.is_full() ? end_block()
                                                                   : std::span<const Bytes>();
}

std::span<const Bytes> RepairBlocks::end_frame() {
  previous_packets_ = packets_;
  return end_block();
}

std::span<const Bytes> RepairBlocks::end_block() {
  bands_in_block_ = 0;
  return encoder_.finish(percent_);
}

}  // namespace jpegwire
