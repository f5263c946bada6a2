#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "viewer/lesson/frame_arrival.hpp"
#include "viewer/window/text_box.hpp"

namespace jpegwire {

/// Shows how the last frames arrived: a strip with one row of blocks per frame, the newest on top,
/// with one block per read, as wide as its bytes and coloured by its time of arrival; and a tint
/// that gives each band of the picture the colour of the read that completed it. Draws on BGR
/// pixels and does not depend on a window. Bound to one thread.
class ArrivalTrace {
 public:
  static constexpr std::size_t kHistory = 8;

  struct Block {
    cv::Rect area;
    cv::Vec3b colour;
    bool operator==(const Block&) const = default;
  };

  /// Rows of the picture in its own pixels.
  struct Tint {
    int top = 0;
    int height = 0;
    cv::Vec3b colour;
    bool operator==(const Tint&) const = default;
  };

  /// The colour of a time between the first byte (0) and the end of the scale (1).
  static cv::Vec3b colour_at(double share);

  /// The height of the strip in a view of this size; it takes the whole width.
  static int strip_height(cv::Size view);

  void add(std::shared_ptr<const FrameArrival> arrival);

  /// The newest frame, or null before the first one.
  const FrameArrival* newest() const { return rows_[0].get(); }

  /// The time of the last colour: the longest time that any of the frames took, rounded up to 1, 2
  /// or 5 times a power of ten, so that it rarely changes.
  microseconds scale() const;

  /// The blocks of the frame that arrived `age` frames ago, in a row of this area. The largest of
  /// the frames fills the row. Reads narrower than a pixel share one.
  std::vector<Block> blocks(std::size_t age, cv::Rect row) const;

  /// Where the bands of the newest frame end in that row.
  std::vector<int> band_ends(cv::Rect row) const;

  /// The area of the row of the frame that arrived `age` frames ago, in a strip of this size.
  static cv::Rect row_area(std::size_t age, cv::Size strip);

  std::vector<Tint> tints() const;

  /// Draws the strip in this part of a view; it is as wide as the view.
  void draw_strip(cv::Mat& view, cv::Rect strip);

  /// Tints an image of this part (in fractions of the sides) of the newest frame's picture.
  void draw_tint(cv::Mat& picture, const cv::Rect2d& part = {0, 0, 1, 1}) const;

 private:
  using Clock = std::chrono::steady_clock;

  std::size_t largest() const;
  void draw_row(cv::Mat& strip, std::size_t age) const;
  void draw_text(cv::Mat& view, cv::Rect strip);
  void update_figures();

  std::array<std::shared_ptr<const FrameArrival>, kHistory> rows_;  // from the newest on
  std::vector<ColouredText> figures_;  // updated slowly, so that they can be read
  Clock::time_point figures_updated_{};
  TextBox text_{TextBox::Flow::wrap};
  TextBox scale_start_{TextBox::Flow::wrap};
  TextBox scale_end_{TextBox::Flow::wrap};
};

}  // namespace jpegwire
