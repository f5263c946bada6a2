#include "sender/sources/test_card.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace jpegwire {
namespace {

// The noise of a sensor, in steps of 255, measured to land at one bit per pixel.
constexpr double kNoiseDeviation = 2;
constexpr int kNoiseMean = 10;  // what it is stored with, to be added unsigned
constexpr int kNoiseRows = 64;  // few enough to stay in the processor's cache
constexpr int kNoiseShifts = 256;

// The view wanders on a Lissajous figure.
constexpr double kSecondsAcross = 14;
constexpr double kSecondsUpAndDown = 19;

int even(int value) { return value / 2 * 2; }

cv::Mat make_noise(int width) {
  cv::Mat noise(kNoiseRows, width + kNoiseShifts, CV_8UC1);
  cv::RNG(1).fill(noise, cv::RNG::NORMAL, kNoiseMean, kNoiseDeviation);
  return noise;
}

/// Copies an area of the scene with fresh noise: every band of rows is given another part of it.
void copy_with_noise(const cv::Mat& scene, const cv::Mat& noise, cv::RNG& random, cv::Mat& target) {
  for (int row = 0; row < target.rows; row += noise.rows) {
    const int rows = std::min(noise.rows, target.rows - row);
    const cv::Rect piece(random.uniform(0, kNoiseShifts), 0, target.cols, rows);
    cv::Mat band = target.rowRange(row, row + rows);
    cv::add(scene.rowRange(row, row + rows), noise(piece), band);
  }
}

Planes make_darkened_scene(cv::Size size) {
  Planes scene = make_test_scene(size);
  for (cv::Mat* plane : {&scene.luma, &scene.chroma_blue, &scene.chroma_red}) *plane -= kNoiseMean;
  return scene;
}

}  // namespace

TestCard::TestCard(int width, int height, double frames_per_second)
    : size_(width, height),
      frames_per_second_(frames_per_second),
      pacer_(frames_per_second),
      margin_(even(width / 8) + 2, even(height / 8) + 2),
      scene_(make_darkened_scene(cv::Size(even(width + 1), even(height + 1)) + margin_)),
      noise_(make_noise(width)),
      overlay_(size_) {}

std::string TestCard::description() const {
  const std::string size = fmt::format("test card, {}x{}", size_.width, size_.height);
  if (!(frames_per_second_ > 0)) return size + " as fast as possible";
  return fmt::format("{} at {:g} frames/s", size, frames_per_second_);
}

std::optional<CapturedFrame> TestCard::read(std::stop_token stop) {
  if (!pacer_.wait(stop)) return std::nullopt;
  CapturedFrame captured;
  captured.capture_time = wall_now();
  captured.raw = pool_.take();
  captured.raw->resize(PixelFormat::i420, size_.width, size_.height);
  Planes picture = planes_of(*captured.raw);
  photograph(picture, view_at(captured.capture_time));
  overlay_.draw(picture, number_++, captured.capture_time);
  return captured;
}

/// Even, so that luma and chroma move together.
cv::Point TestCard::view_at(WallTime time) const {
  const double seconds = std::chrono::duration<double>(time.time_since_epoch()).count();
  const auto swing = [&](double period, int range) {
    const double part = 0.5 + 0.5 * std::sin(seconds * 2 * std::numbers::pi / period);
    return even(static_cast<int>(part * range));
  };
  return {swing(kSecondsAcross, margin_.width), swing(kSecondsUpAndDown, margin_.height)};
}

void TestCard::photograph(Planes& picture, cv::Point view) {
  const Planes scene = scene_.part({view, size_});
  copy_with_noise(scene.luma, noise_, random_, picture.luma);
  copy_with_noise(scene.chroma_blue, noise_, random_, picture.chroma_blue);
  copy_with_noise(scene.chroma_red, noise_, random_, picture.chroma_red);
}

}  // namespace jpegwire
