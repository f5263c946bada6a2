#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

#include "codec/object_pool.hpp"
#include "sender/sources/frame_source.hpp"
#include "sender/sources/pacer.hpp"
#include "sender/sources/test_overlay.hpp"
#include "sender/sources/test_scene.hpp"

namespace jpegwire {

/// A moving picture for use without a camera, with the time and the frame number. It costs an
/// encoder as much as a camera's picture: about one bit per pixel at quality 80, including noise.
class TestCard : public FrameSource {
 public:
  /// i420 frames of this size, at least 1x1; 0 frames per second: as fast as they are read.
  TestCard(int width, int height, double frames_per_second);

  std::string description() const override;
  std::optional<CapturedFrame> read(std::stop_token stop) override;

  /// Without viewers, as fast as possible would be a busy wait.
  bool waits_for_viewers() const override { return frames_per_second_ <= 0; }

 private:
  cv::Point view_at(WallTime time) const;
  void photograph(Planes& picture, cv::Point view);

  cv::Size size_;
  double frames_per_second_;
  Pacer pacer_;
  cv::Size margin_;  // by which the scene is larger than a frame; even
  Planes scene_;     // darker by the noise's mean
  cv::Mat noise_;
  cv::RNG random_;
  TestOverlay overlay_;
  std::uint64_t number_ = 0;
  ObjectPool<Picture> pool_;
};

}  // namespace jpegwire
