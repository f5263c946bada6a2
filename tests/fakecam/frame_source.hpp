#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "clock_scene.hpp"
#include "config.hpp"
#include "jpeg.hpp"
#include "screen.hpp"

namespace fakecam {

// Generates the contents of the frames.
class FrameSource {
 public:
  FrameSource();

  // The frame with the given number since the start of the stream, which is due at that time, in
  // nanoseconds of CLOCK_MONOTONIC. Valid until the next call.
  std::span<const std::uint8_t> make_frame(const Offer& format, std::uint32_t sequence,
                                           std::int64_t due_ns);

  // How many bytes at the start of that frame differ from other frames.
  std::size_t changing_bytes() const;

  // The size of the largest file; 0 when frames are generated.
  std::uint32_t largest_jpeg() const;

 private:
  Bytes draw_frame(const Offer& format, std::uint32_t sequence) const;
  Picture draw_picture(const Offer& format, std::uint32_t sequence) const;
  Bytes make_jpeg(const Offer& format, std::uint32_t sequence) const;
  void draw_clock(const Offer& format, std::int64_t due_ns);

  std::vector<Bytes> files_;
  std::optional<Screen> screen_;
  std::optional<ClockScene> clock_;  // of the format that was set last
  std::optional<Offer> clock_format_;
  Bytes frame_;
};

}  // namespace fakecam
