// What jpegwire's codec takes for a frame, beside the OpenCV calls that it replaces.
#include <benchmark/benchmark.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_encoder.hpp"
#include "codec/jpeg_layout.hpp"
#include "test_pictures.hpp"

namespace jpegwire::bench {
namespace {

void encode_yuyv(benchmark::State& state) {
  const RawFrame picture = yuyv_picture(kWidth, kHeight);
  BandPool pool(static_cast<int>(state.range(0)));
  JpegEncoder encoder(pool, {.quality = kQuality});
  for (auto _ : state) benchmark::DoNotOptimize(encoder.encode(picture));
}
BENCHMARK(encode_yuyv)->Name("encode")->ArgName("threads")->Arg(1)->Arg(2);

void encode_yuyv_with_opencv(benchmark::State& state) {
  RawFrame picture = yuyv_picture(kWidth, kHeight);
  const cv::Mat yuyv(kHeight, kWidth, CV_8UC2, picture.pixels.data());
  cv::Mat bgr;
  std::vector<unsigned char> jpeg;
  for (auto _ : state) {
    cv::cvtColor(yuyv, bgr, cv::COLOR_YUV2BGR_YUYV);
    cv::imencode(".jpg", bgr, jpeg, {cv::IMWRITE_JPEG_QUALITY, kQuality});
  }
}
BENCHMARK(encode_yuyv_with_opencv)->Name("opencv_cvtColor_imencode");

void decode(benchmark::State& state) {
  BandPool pool(static_cast<int>(state.range(0)));
  const auto frame =
      JpegEncoder(pool, {.quality = kQuality}).encode(*test_picture(kWidth, kHeight));
  JpegDecoder decoder(pool);
  Picture picture;
  for (auto _ : state) benchmark::DoNotOptimize(decoder.decode(frame->layout, picture));
}
BENCHMARK(decode)->ArgName("threads")->Arg(1)->Arg(2);

/// On one thread, as each camera of a mosaic is.
void decode_scaled(benchmark::State& state) {
  BandPool pool(1);
  const auto frame =
      JpegEncoder(pool, {.quality = kQuality}).encode(*test_picture(kWidth, kHeight));
  JpegDecoder decoder(pool);
  Picture picture;
  const DecodeScale scale{static_cast<int>(state.range(0))};
  for (auto _ : state) benchmark::DoNotOptimize(decoder.decode(frame->layout, picture, scale));
}
BENCHMARK(decode_scaled)->ArgName("eighths")->DenseRange(1, DecodeScale::kWhole);

void decode_with_opencv(benchmark::State& state) {
  BandPool pool(1);
  const auto frame =
      JpegEncoder(pool, {.quality = kQuality, .bands = 1}).encode(*test_picture(kWidth, kHeight));
  std::vector<std::byte> jpeg = whole(frame->layout);
  const cv::Mat bytes(1, static_cast<int>(jpeg.size()), CV_8UC1, jpeg.data());
  cv::Mat picture;
  for (auto _ : state) cv::imdecode(bytes, cv::IMREAD_COLOR, &picture);
}
BENCHMARK(decode_with_opencv)->Name("opencv_imdecode");

void gate(benchmark::State& state) {
  BandPool pool(1);
  const auto frame =
      JpegEncoder(pool, {.quality = kQuality}).encode(*test_picture(kWidth, kHeight));
  const std::vector<std::byte> jpeg = whole(frame->layout);
  JpegLayout layout;
  for (auto _ : state) benchmark::DoNotOptimize(inspect_jpeg(jpeg, layout));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(jpeg.size()));
}
BENCHMARK(gate);

void draw_test_card(benchmark::State& state) {
  TestCard card(kWidth, kHeight, 0);
  for (auto _ : state) benchmark::DoNotOptimize(card.read({}));
}
BENCHMARK(draw_test_card)->Name("test_card");

}  // namespace
}  // namespace jpegwire::bench
