#include <benchmark/benchmark.h>

#include <memory>

#include "viewer/window/arrival_trace.hpp"
#include "viewer/window/overlay.hpp"

// The time to draw the overlay on and below a picture of 1920x1080.

namespace jpegwire {
namespace {

const cv::Size kPicture(1920, 1080);

/// A frame that arrived in 10 reads and has 34 bands.
std::shared_ptr<FrameArrival> make_arrival(std::int64_t count) {
  constexpr std::size_t kReadSizeBytes = 32768;
  auto arrival = std::make_shared<FrameArrival>();
  arrival->prefix = 4;
  arrival->size = 10 * kReadSizeBytes - 4;
  arrival->width = kPicture.width;
  arrival->height = kPicture.height;
  for (std::size_t read = 0; read < 10; ++read)
    arrival->reads.list.push_back(
        {read * kReadSizeBytes, kReadSizeBytes,
         microseconds(static_cast<std::int64_t>(read) * (100 + count % 7))});
  for (int band = 0; band < 34; ++band)
    arrival->bands.push_back(
        {band * 32, 32, 10 * kReadSizeBytes * static_cast<std::size_t>(band + 1) / 34});
  return arrival;
}

/// All values differ from those of the previous frame.
LiveFigures make_figures(std::int64_t count) {
  const auto change = static_cast<double>(count % 10) / 10;
  LiveFigures figures;
  figures.frames_per_second = 29.5 + change;
  figures.age_ms = figures.age_p50_ms = 7 + change;
  figures.age_p99_ms = 12 + change;
  figures.encode_ms = 3 + change;
  figures.network_ms = 1 + change;
  figures.decode_ms = 2 + change;
  figures.megabits_per_second = 60 + change;
  figures.reads_per_frame = 10;
  figures.width = kPicture.width;
  figures.height = kPicture.height;
  figures.skipped = static_cast<std::uint64_t>(count);
  for (std::size_t age = 0; age < AgeHistory::kMaxAges; ++age)
    figures.age_history.add(static_cast<float>((static_cast<std::int64_t>(age) + count) % 13));
  return figures;
}

Overlay full_overlay() {
  Overlay overlay("tcp://camera-machine.local:2500");
  overlay.next_level();
  return overlay;
}

const int kStrip = ArrivalTrace::strip_height(kPicture);

/// The part of the canvas for the picture, above the strip.
cv::Mat make_view() {
  return {kPicture.height + kStrip, kPicture.width, CV_8UC3, cv::Scalar(90, 120, 150)};
}

cv::Mat picture_of(cv::Mat& view) { return view.rowRange(0, kPicture.height); }

void draw_strip(ArrivalTrace& trace, cv::Mat& view) {
  trace.draw_strip(view, {0, kPicture.height, kPicture.width, kStrip});
}

// All words differ from the previous frame, which is more than a real window redraws.
void overlay(benchmark::State& state) {
  cv::Mat view = make_view();
  Overlay overlay = full_overlay();
  std::int64_t count = 0;
  for ([[maybe_unused]] auto _ : state) overlay.draw(view, make_figures(count++));
}
BENCHMARK(overlay);

void trace_strip(benchmark::State& state) {
  cv::Mat view = make_view();
  ArrivalTrace trace;
  std::int64_t count = 0;
  for ([[maybe_unused]] auto _ : state) {
    trace.add(make_arrival(count++));
    draw_strip(trace, view);
  }
}
BENCHMARK(trace_strip);

void trace_tint(benchmark::State& state) {
  cv::Mat view = make_view();
  cv::Mat picture = picture_of(view);
  ArrivalTrace trace;
  trace.add(make_arrival(0));
  for ([[maybe_unused]] auto _ : state) trace.draw_tint(picture);
}
BENCHMARK(trace_tint);

void overlay_and_trace(benchmark::State& state) {
  cv::Mat view = make_view();
  cv::Mat picture = picture_of(view);
  Overlay overlay = full_overlay();
  ArrivalTrace trace;
  std::int64_t count = 0;
  for ([[maybe_unused]] auto _ : state) {
    trace.add(make_arrival(count));
    trace.draw_tint(picture);
    draw_strip(trace, view);
    overlay.draw(picture, make_figures(count++));
  }
}
BENCHMARK(overlay_and_trace);

}  // namespace
}  // namespace jpegwire
