// FEC with other shares of repair packets and other losses than in hot_path_benchmark.cpp.
#include <benchmark/benchmark.h>

#include "fec_frames.hpp"

namespace jpegwire::bench {
namespace {

void encode_frame(benchmark::State& state) {
  const std::vector<FecBlock> frame = make_fec_frame();
  FecEncoder encoder;
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(encode_fec(encoder, frame, static_cast<int>(state.range(0))));
}
BENCHMARK(encode_frame)->ArgName("percent")->Arg(25)->Arg(50);

// Every n-th packet is lost; none if n is 0.
void decode_frame(benchmark::State& state) {
  const std::vector<FecBlock> frame = make_fec_frame();
  FecDecoder decoder;
  std::size_t recovered = 0;
  for ([[maybe_unused]] auto _ : state) recovered = decode_fec(decoder, frame, state.range(0));
  state.counters["recovered"] = static_cast<double>(recovered);
}
BENCHMARK(decode_frame)->ArgName("lost_every")->Arg(0)->Arg(95)->Arg(10);

}  // namespace
}  // namespace jpegwire::bench
