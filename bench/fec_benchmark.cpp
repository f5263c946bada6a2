#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>

#include "net/rtp/fec_decoder.hpp"
#include "net/rtp/fec_encoder.hpp"

// One frame of 1920x1080: 190 packets in three blocks.

namespace jpegwire {
namespace {

constexpr std::size_t kPacketSizeBytes = 1400;
constexpr std::size_t kBlockSizes[] = {64, 63, 63};
constexpr int kPercent = 10;

using ByteVector = std::vector<std::byte>;

struct Block {
  std::int64_t first_sequence = 0;
  std::vector<ByteVector> packets;
  std::vector<ByteVector> repairs;
};

ByteVector random_packet(std::mt19937& random, std::int64_t sequence) {
  ByteVector packet(kPacketSizeBytes);
  std::ranges::generate(packet, [&] { return static_cast<std::byte>(random()); });
  put_rtp_header(packet, {.sequence = static_cast<std::uint16_t>(sequence)}, false);
  return packet;
}

void encode(FecEncoder& encoder, const Block& block, int percent) {
  std::int64_t sequence = block.first_sequence;
  for (const Bytes packet : block.packets)
    encoder.add(sequence++, packet.first(kRtpHeaderSizeBytes), packet.subspan(kRtpHeaderSizeBytes));
  benchmark::DoNotOptimize(encoder.finish(percent));
}

std::vector<Block> make_frame() {
  std::mt19937 random(1);
  FecEncoder encoder;
  std::vector<Block> frame;
  std::int64_t sequence = 1000;
  for (const std::size_t size : kBlockSizes) {
    Block& block = frame.emplace_back();
    block.first_sequence = sequence;
    for (std::size_t i = 0; i < size; ++i) {
      block.packets.push_back(random_packet(random, sequence));
      encoder.add(sequence++, {}, block.packets.back());
    }
    for (const Bytes repair : encoder.finish(kPercent))
      block.repairs.emplace_back(repair.begin(), repair.end());
  }
  return frame;
}

void encode_frame(benchmark::State& state) {
  const std::vector<Block> frame = make_frame();
  FecEncoder encoder;
  for (auto _ : state)
    for (const Block& block : frame) encode(encoder, block, static_cast<int>(state.range(0)));
}
BENCHMARK(encode_frame)->ArgName("percent")->Arg(10)->Arg(25)->Arg(50);

// Every so many-th packet is lost, none where it is 0.
void decode_frame(benchmark::State& state) {
  const std::vector<Block> frame = make_frame();
  FecDecoder decoder;
  const std::int64_t lost_every = state.range(0);
  std::size_t recovered = 0;
  for (auto _ : state) {
    decoder.reset();
    std::int64_t count = 0;
    for (const Block& block : frame) {
      std::int64_t sequence = block.first_sequence;
      for (const ByteVector& packet : block.packets) {
        if (lost_every == 0 || ++count % lost_every != 0)
          recovered += decoder.source(sequence, packet).size();
        ++sequence;
      }
      for (const ByteVector& repair : block.repairs)
        recovered += decoder.repair(repair, sequence - 1).size();
    }
  }
  state.counters["recovered"] =
      static_cast<double>(recovered) / static_cast<double>(state.iterations());
}
BENCHMARK(decode_frame)->ArgName("lost_every")->Arg(0)->Arg(95)->Arg(20)->Arg(10);

}  // namespace
}  // namespace jpegwire
