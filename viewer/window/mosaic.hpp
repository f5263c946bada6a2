#pragma once

#include <cstddef>
#include <deque>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "viewer/window/picture_view.hpp"

namespace jpegwire {

/// The views of one or more cameras in one window of any size: a grid of all, or one of them alone,
/// as a lone camera always is. Tells each view how large its pictures are wanted: in the grid as
/// they are shown, alone whole, and unseen as small as can be. Bound to the main thread; knows no
/// window.
class Mosaic {
 public:
  /// One view for each of the settings, of which there must be one.
  explicit Mosaic(const std::vector<PictureViewSettings>& settings);

  std::size_t size() const { return views_.size(); }
  PictureView& view(std::size_t index) { return views_.at(index); }

  /// The camera that is shown alone.
  std::optional<std::size_t> alone() const { return alone_; }

  /// The cameras that are shown.
  std::vector<std::size_t> shown() const;

  /// The one at this point, or the nearest, as it was drawn last.
  std::size_t nearest_to(cv::Point point) const;

  /// From the grid to the camera nearest to this point alone, and back.
  void toggle_alone(cv::Point point);

  /// Whether something else would be drawn now than the last time.
  bool is_stale() const;

  /// Draws what has changed since it was drawn on this image last, or all where the image is
  /// another one.
  void draw(cv::Mat& image);

 private:
  void want_of_all(PictureSize size);
  void draw_grid(cv::Mat& image);
  void lay_out(cv::Size window);
  std::vector<cv::Size> picture_sizes() const;

  std::deque<PictureView> views_;
  std::optional<std::size_t> alone_;

  // Of the last drawing.
  const unsigned char* image_ = nullptr;
  cv::Size window_;
  std::vector<cv::Size> picture_sizes_;
  std::vector<cv::Rect> tiles_;
  bool is_laid_out_ = false;
};

}  // namespace jpegwire
