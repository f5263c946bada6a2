#pragma once

#include <cstddef>
#include <deque>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <vector>

#include "viewer/window/picture_view.hpp"

namespace jpegwire {

/// Places the pictures of several cameras in a window of this size, row by row, centred and `gap`
/// pixels apart, in the number of columns that shows the pictures largest. Only the shapes of the
/// sizes in `pictures` matter; an empty size is unknown yet and gets the shape of the first known
/// one. No tile is smaller than a pixel.
std::vector<cv::Rect> mosaic_layout(std::span<const cv::Size> pictures, cv::Size window, int gap);

/// The views of one or more cameras in one window of any size: a grid of all cameras, or one camera
/// alone; a single camera is always alone. Sets the wanted picture size of each view: the shown
/// size in the grid, full size for a camera alone, and the smallest size for hidden cameras. Draws
/// on images and does not depend on a window. Bound to the main thread.
class Mosaic {
 public:
  /// Makes one view for each of the settings. There must be at least one.
  explicit Mosaic(const std::vector<PictureViewSettings>& settings);

  std::size_t size() const { return views_.size(); }
  PictureView& view(std::size_t index) { return views_.at(index); }

  /// The camera that is shown alone, if one is.
  std::optional<std::size_t> alone() const { return alone_; }

  /// The cameras that are shown.
  std::vector<std::size_t> shown() const;

  /// The camera at this point, or the nearest one, in the last drawing.
  std::size_t nearest_to(cv::Point point) const;

  /// Switches between the grid and the camera nearest to this point.
  void toggle_alone(cv::Point point);

  /// Whether the drawing would differ from the last one.
  bool is_stale() const;

  /// Draws what has changed since the last drawing on this image, or everything if it is another
  /// image.
  void draw(cv::Mat& image);

 private:
  void set_wanted_size(PictureSize size);
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
