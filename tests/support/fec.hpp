#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "net/rtp/fec/fec_decoder.hpp"
#include "net/rtp/fec/fec_encoder.hpp"
#include "net/rtp/format/packet.hpp"

/// Blocks of RTP packets and their repair datagrams.
namespace jpegwire::test {

inline std::vector<std::byte> from_hex(std::string_view text) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(
        static_cast<std::byte>(std::stoul(std::string(text.substr(i, 2)), nullptr, 16)));
  return bytes;
}

struct FecBlock {
  std::int64_t first_sequence = 0;
  std::vector<std::vector<std::byte>> packets;
  std::vector<std::vector<std::byte>> repairs;

  std::int64_t sequence(std::size_t packet) const {
    return first_sequence + static_cast<std::int64_t>(packet);
  }
};

/// An RTP packet with a random payload.
inline std::vector<std::byte> make_packet(std::mt19937& random, std::int64_t sequence,
                                          std::size_t size_bytes) {
  std::vector<std::byte> packet(size_bytes);
  std::ranges::generate(packet, [&] { return static_cast<std::byte>(random()); });
  put_rtp_header(packet,
                 {.marker = random() % 2 == 0,
                  .payload_type = 26,
                  .sequence = static_cast<std::uint16_t>(sequence),
                  .timestamp = static_cast<std::uint32_t>(random()),
                  .ssrc = 0xCAFEF00D},
                 false);
  return packet;
}

/// Encodes the block's packets.
inline void add_repairs(FecEncoder& encoder, FecBlock& block, int percent) {
  for (std::size_t i = 0; i < block.packets.size(); ++i) {
    const Bytes packet(block.packets[i]);
    const std::size_t head_size = i % 2 == 0 ? kRtpHeaderSizeBytes : packet.size();
    encoder.add(block.sequence(i), packet.first(head_size), packet.subspan(head_size));
  }
  block.repairs.clear();
  for (const Bytes repair : encoder.finish(percent))
    block.repairs.emplace_back(repair.begin(), repair.end());
}

/// A block of packets of random sizes, and its repair datagrams.
inline FecBlock make_block(FecEncoder& encoder, std::mt19937& random, std::int64_t first_sequence,
                           std::size_t packets, int percent, std::size_t max_bytes = 300) {
  FecBlock block{.first_sequence = first_sequence, .packets = {}, .repairs = {}};
  for (std::size_t i = 0; i < packets; ++i) {
    const std::size_t size = 12 + random() % (max_bytes - 11);
    block.packets.push_back(make_packet(random, block.sequence(i), size));
  }
  add_repairs(encoder, block, percent);
  return block;
}

}  // namespace jpegwire::test
