#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "net/rtp/fec/fec_decoder.hpp"
#include "net/rtp/fec/fec_encoder.hpp"

namespace jpegwire::bench {

/// The packets of a block of random bytes, and their repair packets.
struct FecBlock {
  std::int64_t first_sequence = 0;
  std::vector<std::vector<std::byte>> packets;
  std::vector<std::vector<std::byte>> repairs;
};

inline std::vector<std::byte> random_packet(std::mt19937& random, std::int64_t sequence) {
  constexpr std::size_t kPacketSizeBytes = 1400;
  std::vector<std::byte> packet(kPacketSizeBytes);
  std::ranges::generate(packet, [&] { return static_cast<std::byte>(random()); });
  put_rtp_header(packet, {.sequence = static_cast<std::uint16_t>(sequence)}, false);
  return packet;
}

/// One frame of 1920x1080: 190 packets in three blocks, with 10 % repair packets.
inline std::vector<FecBlock> make_fec_frame() {
  std::mt19937 random(1);
  FecEncoder encoder;
  std::vector<FecBlock> frame;
  std::int64_t sequence = 1000;
  for (const std::size_t size : {64UL, 63UL, 63UL}) {
    FecBlock& block = frame.emplace_back();
    block.first_sequence = sequence;
    for (std::size_t i = 0; i < size; ++i) {
      block.packets.push_back(random_packet(random, sequence));
      encoder.add(sequence++, {}, block.packets.back());
    }
    constexpr int kPercent = 10;
    for (const Bytes repair : encoder.finish(kPercent))
      block.repairs.emplace_back(repair.begin(), repair.end());
  }
  return frame;
}

/// Returns the size of the repair packets in bytes.
inline std::size_t encode_fec(FecEncoder& encoder, const std::vector<FecBlock>& frame,
                              int percent) {
  std::size_t size_bytes = 0;
  for (const FecBlock& block : frame) {
    std::int64_t sequence = block.first_sequence;
    for (const Bytes packet : block.packets)
      encoder.add(sequence++, packet.first(kRtpHeaderSizeBytes),
                  packet.subspan(kRtpHeaderSizeBytes));
    for (const Bytes repair : encoder.finish(percent)) size_bytes += repair.size();
  }
  return size_bytes;
}

/// Every n-th packet is lost; none if n is 0. Returns the number of recovered packets.
inline std::size_t decode_fec(FecDecoder& decoder, const std::vector<FecBlock>& frame,
                              std::int64_t lost_every) {
  std::size_t recovered = 0;
  std::int64_t count = 0;
  decoder.reset();
  for (const FecBlock& block : frame) {
    std::int64_t sequence = block.first_sequence;
    for (const Bytes packet : block.packets) {
      if (lost_every == 0 || ++count % lost_every != 0)
        recovered += decoder.source(sequence, packet).size();
      ++sequence;
    }
    for (const Bytes repair : block.repairs)
      recovered += decoder.repair(repair, sequence - 1).size();
  }
  return recovered;
}

}  // namespace jpegwire::bench
