#pragma once

#include <linux/videodev2.h>

#include <cstdint>

#include "config.hpp"

namespace fakecam {

// Negotiates the format and the frame rate. Calls return 0 or an errno value, as ioctls do.
class Formats {
 public:
  // `largest_jpeg` is the minimum size of a buffer for MJPG frames.
  explicit Formats(std::uint32_t largest_jpeg);

  int enumerate_formats(v4l2_fmtdesc& description) const;
  int enumerate_sizes(v4l2_frmsizeenum& size) const;
  int enumerate_intervals(v4l2_frmivalenum& interval) const;
  int get_format(v4l2_format& format) const;
  int try_format(v4l2_format& format) const;
  int set_format(v4l2_format& format);
  int get_rate(v4l2_streamparm& parameters) const;
  int set_rate(v4l2_streamparm& parameters);

  const Offer& current() const { return current_; }
  std::int64_t interval_ns() const;
  std::uint32_t image_size(const Offer& offer) const;

  // 0 for compressed formats.
  static std::uint32_t bytes_per_line(const Offer& offer);

 private:
  void describe(const Offer& offer, v4l2_pix_format& pix) const;

  std::uint32_t largest_jpeg_;
  Offer current_;
  v4l2_fract interval_;
};

}  // namespace fakecam
