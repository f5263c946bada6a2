#include "clock_scene.hpp"

#include <linux/videodev2.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "viewer/camera/clock_pattern.hpp"

namespace fakecam {
namespace {

constexpr std::uint32_t kMcuWidth = 16;  // of 4:2:2
constexpr std::uint32_t kMcuHeight = 8;

// A multiple of the MCU at each size, and large enough to survive compression.
int cell_pixels_for(const Offer& format) {
  constexpr std::uint32_t kLargePicture = 720;
  return std::min(format.width, format.height) >= kLargePicture ? 16 : 8;
}

std::uint32_t mcus_per_row(std::uint32_t width) { return (width + kMcuWidth - 1) / kMcuWidth; }

// Intervals that end at the square's edge and at the end of each row of MCUs.
std::uint32_t interval_mcus(const Offer& format, std::uint32_t square_pixels) {
  return std::gcd(mcus_per_row(format.width), square_pixels / kMcuWidth);
}

Picture draw_square(std::int64_t time_us, int cell_pixels) {
  jpegwire::Picture bgr;
  jpegwire::draw_clock(jpegwire::WallTime(std::chrono::microseconds(time_us)), cell_pixels, bgr);
  const auto side = static_cast<std::uint32_t>(bgr.width);
  Picture square = draw_grey(side, side);
  for (std::size_t i = 0; i < square.luma.size(); ++i)
    square.luma[i] = bgr.pixels[3 * i] == std::byte{0} ? kCodeZero : kCodeOne;
  return square;
}

}  // namespace

ClockScene::ClockScene(const Offer& format)
    : format_(format),
      cell_pixels_(cell_pixels_for(format)),
      square_pixels_(static_cast<std::uint32_t>(jpegwire::kClockCells * cell_pixels_)) {
  const Picture still = draw_still(format.width, format.height);
  const bool has_room = square_pixels_ <= std::min(format.width, format.height);
  if (!has_room) square_pixels_ = 0;
  if (format.fourcc == V4L2_PIX_FMT_MJPEG) {
    const std::uint32_t interval = has_room ? interval_mcus(format, square_pixels_) : 0;
    frame_ = encode_jpeg(still, interval);
    if (has_room) intervals_ = split_at_restarts(frame_);
    changing_bytes_ = frame_.size();
  } else {
    frame_ = to_yuyv(still);
    changing_bytes_ = std::size_t{format.width} * square_pixels_ * 2;
  }
}

void ClockScene::draw(std::int64_t time_us) {
  if (square_pixels_ == 0) return;
  const Picture square = draw_square(time_us, cell_pixels_);
  if (format_.fourcc == V4L2_PIX_FMT_MJPEG)
    draw_jpeg(square);
  else
    draw_yuyv(square);
}

void ClockScene::draw_yuyv(const Picture& square) {
  const Bytes rows = to_yuyv(square);
  const std::size_t row_bytes = std::size_t{square_pixels_} * 2;
  for (std::size_t y = 0; y < square_pixels_; ++y)
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(y * row_bytes), row_bytes,
                frame_.begin() + static_cast<std::ptrdiff_t>(y * format_.width * 2));
}

// Restart intervals are coded independently, so those of the square can be replaced.
void ClockScene::draw_jpeg(const Picture& square) {
  const std::uint32_t mcus = interval_mcus(format_, square_pixels_);
  const Bytes jpeg = encode_jpeg(square, mcus);
  const RestartIntervals own = split_at_restarts(jpeg);
  const std::size_t of_square = square_pixels_ / kMcuWidth / mcus;
  const std::size_t of_picture = mcus_per_row(format_.width) / mcus;
  for (std::size_t row = 0; row < square_pixels_ / kMcuHeight; ++row)
    for (std::size_t i = 0; i < of_square; ++i)
      intervals_.coded.at(row * of_picture + i) = own.coded.at(row * of_square + i);
  frame_ = join_at_restarts(intervals_, frame_.size() + jpeg.size());
  changing_bytes_ = frame_.size();
}

}  // namespace fakecam
