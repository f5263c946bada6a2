// The time of jpegwire's codec per frame on two threads, and at other sizes.
#include <benchmark/benchmark.h>

#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_encoder.hpp"
#include "sender/sources/test_card.hpp"
#include "test_frames.hpp"

namespace jpegwire::bench {
namespace {

// These objects are static because their construction takes longer than a repetition.
void encode_yuyv(benchmark::State& state) {
  static const Picture picture = yuyv_picture(kWidth, kHeight);
  BandPool pool(static_cast<int>(state.range(0)));
  JpegEncoder encoder(pool, {.quality = kQuality});
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(encoder.encode(picture));
}
BENCHMARK(encode_yuyv)->Name("encode")->ArgName("threads")->Arg(2);

void decode_with(int threads, benchmark::State& state, DecodeScale scale = {}) {
  static const CodedPicture coded;
  BandPool pool(threads);
  JpegDecoder decoder(pool);
  Picture picture;
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(decoder.decode(coded.frame->layout, picture, scale));
}

void decode(benchmark::State& state) { decode_with(static_cast<int>(state.range(0)), state); }
BENCHMARK(decode)->ArgName("threads")->Arg(2);

/// On one thread, like each camera of a mosaic.
void decode_scaled(benchmark::State& state) {
  decode_with(1, state, {static_cast<int>(state.range(0))});
}
BENCHMARK(decode_scaled)->ArgName("eighths")->DenseRange(1, DecodeScale::kWhole);

void draw_test_card(benchmark::State& state) {
  static TestCard card(kWidth, kHeight, 0);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(card.read({}));
}
BENCHMARK(draw_test_card)->Name("test_card");

}  // namespace
}  // namespace jpegwire::bench
