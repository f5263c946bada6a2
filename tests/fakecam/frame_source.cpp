#include "frame_source.hpp"

#include <linux/videodev2.h>

#include <algorithm>
#include <chrono>

#include "formats.hpp"
#include "pixels.hpp"

namespace fakecam {
FrameSource::FrameSource() {
  if (!config().mjpeg_dir.empty()) files_ = load_jpegs(config().mjpeg_dir);
  if (!config().screen_file.empty()) screen_.emplace(config().screen_file);
}

std::span<const std::uint8_t> FrameSource::make_frame(const Offer& format, std::uint32_t sequence,
                                                      std::int64_t due_ns) {
  if (config().clock) {
    draw_clock(format, due_ns);
    return clock_->frame();
  }
  frame_ = draw_frame(format, sequence);
  return frame_;
}

std::size_t FrameSource::changing_bytes() const {
  return clock_ ? clock_->changing_bytes() : frame_.size();
}

Bytes FrameSource::draw_frame(const Offer& format, std::uint32_t sequence) const {
  if (format.fourcc == V4L2_PIX_FMT_MJPEG) return make_jpeg(format, sequence);
  if (format.fourcc == V4L2_PIX_FMT_YUYV && config().row_padding == 0)
    return to_yuyv(draw_picture(format, sequence));
  return to_raw(draw_picture(format, sequence), format.fourcc, Formats::bytes_per_line(format));
}

Picture FrameSource::draw_picture(const Offer& format, std::uint32_t sequence) const {
  if (screen_) return screen_->look(format.width, format.height);
  return draw_pattern(format.width, format.height, static_cast<std::uint16_t>(sequence));
}

// The clock shows wall-clock time, which a program on this machine can compare with its own.
void FrameSource::draw_clock(const Offer& format, std::int64_t due_ns) {
  if (format != clock_format_) clock_.emplace(format);
  clock_format_ = format;
  using namespace std::chrono;
  const auto since_due = steady_clock::now().time_since_epoch() - nanoseconds(due_ns);
  const auto due = system_clock::now() - since_due;
  clock_->draw(duration_cast<microseconds>(due.time_since_epoch()).count());
}

std::uint32_t FrameSource::largest_jpeg() const {
  std::size_t largest = 0;
  for (const Bytes& file : files_) largest = std::max(largest, file.size());
  return static_cast<std::uint32_t>(largest);
}

Bytes FrameSource::make_jpeg(const Offer& format, std::uint32_t sequence) const {
  Bytes jpeg = files_.empty()
                   ? encode_jpeg(draw_picture(format, sequence), config().restart_interval)
                   : files_[sequence % files_.size()];
  if (config().strip_dht) jpeg = without_huffman_tables(jpeg);
  constexpr std::size_t kEndOfImageSize = 2;
  if (config().strip_eoi) jpeg.resize(jpeg.size() - std::min(jpeg.size(), kEndOfImageSize));
  const std::uint32_t every = config().truncate_every;
  if (every > 0 && (sequence + 1) % every == 0) jpeg.resize(jpeg.size() / 2);
  return jpeg;
}

}  // namespace fakecam
