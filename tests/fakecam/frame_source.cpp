#include "frame_source.hpp"

#include <linux/videodev2.h>

#include <algorithm>
#include <chrono>

namespace fakecam {
namespace {

Bytes generate_jpeg(const Offer& format, std::uint32_t sequence) {
  const auto counter = static_cast<std::uint16_t>(sequence);
  return encode_jpeg(draw_pattern(format.width, format.height, counter));
}

}  // namespace

FrameSource::FrameSource() {
  if (!config().mjpeg_dir.empty()) files_ = load_jpegs(config().mjpeg_dir);
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
  const auto counter = static_cast<std::uint16_t>(sequence);
  return to_yuyv(draw_pattern(format.width, format.height, counter));
}

// The clock shows the wall's time, which a program on this machine can compare with its own.
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
  Bytes jpeg = files_.empty() ? generate_jpeg(format, sequence) : files_[sequence % files_.size()];
  if (config().strip_dht) jpeg = without_huffman_tables(jpeg);
  const std::uint32_t every = config().truncate_every;
  if (every > 0 && (sequence + 1) % every == 0) jpeg.resize(jpeg.size() / 2);
  return jpeg;
}

}  // namespace fakecam
