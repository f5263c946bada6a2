#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "codec/frame.hpp"
#include "codec/object_pool.hpp"

namespace jpegwire {

/// The picture while a source's device is absent: "no signal" and a sentence, light on dark grey,
/// above a mark that moves from frame to frame, which shows that the stream is alive. Bound to one
/// thread.
class NoSignalCard {
 public:
  /// Frames of this size, at least 1x1. Letters other than ASCII show as question marks.
  NoSignalCard(int width, int height, const std::string& sentence);

  /// From the next frame on.
  void set_sentence(const std::string& sentence);

  /// The next frame, i420, to be used by nobody else. Allocates nothing once frames come back.
  std::shared_ptr<Picture> next();

 private:
  void draw_mark(cv::Mat& luma) const;

  cv::Size size_;
  cv::Mat still_;  // luma
  cv::Rect track_;
  std::uint32_t number_ = 0;
  ObjectPool<Picture> pool_;
};

}  // namespace jpegwire
