#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "config.hpp"
#include "jpeg.hpp"

namespace fakecam {

// A still picture with as much detail as a camera's. Its top-left corner shows the time of each
// frame as viewer/camera/clock_pattern.hpp draws it. Only the square is drawn for each frame, so a
// frame costs the process hardly more CPU time than one of a real camera.
class ClockScene {
 public:
  explicit ClockScene(const Offer& format);

  // Draws the time, in microseconds since 1970. This changes the contents of frame().
  void draw(std::int64_t time_us);

  std::span<const std::uint8_t> frame() const { return frame_; }

  // How many bytes at the start of frame() change with each frame; the others are constant.
  std::size_t changing_bytes() const { return changing_bytes_; }

 private:
  void draw_yuyv(const Picture& square);
  void draw_jpeg(const Picture& square);

  Offer format_;
  int cell_pixels_;
  std::uint32_t square_pixels_;
  Bytes frame_;
  std::size_t changing_bytes_;
  RestartIntervals intervals_;  // of the JPEG
};

}  // namespace fakecam
