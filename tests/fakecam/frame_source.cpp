#include "frame_source.hpp"

#include <linux/videodev2.h>

#include <algorithm>

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

Bytes FrameSource::make_frame(const Offer& format, std::uint32_t sequence) const {
  if (format.fourcc == V4L2_PIX_FMT_MJPEG) return make_jpeg(format, sequence);
  const auto counter = static_cast<std::uint16_t>(sequence);
  return to_yuyv(draw_pattern(format.width, format.height, counter));
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
