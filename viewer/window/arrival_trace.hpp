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

/// The picture of how the last frames arrived: a strip with a row of blocks for each, one block per
/// read, as wide as its bytes and coloured by its time of arrival, the newest on top; and a tint
/// that gives each band of the picture the colour of the read that completed it. Draws on BGR
/// pixels and knows no window. Bound to one thread.
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

  /// From the first byte's time (0) to the end of the scale (1).
  static cv::Vec3b colour_at(double share);

  /// What the strip takes of a view of this size, over its whole width.
  static int strip_height(cv::Size view);

  void add(std::shared_ptr<const FrameArrival> arrival);

  /// The newest, or null before the first.
  const FrameArrival* newest() const { return rows_[0].get(); }

  /// The time that the last colour stands for: the longest that any of the frames took, rounded up
  /// to 1, 2 or 5 times a power of ten, so that it stays.
  microseconds scale() const;

  /// The blocks of the frame that came `age` frames ago, in a row of this area, which the largest
  /// of the frames fills. Reads that are narrower than a pixel share it.
  std::vector<Block> blocks(std::size_t age, cv::Rect row) const;

  /// Where in that row the bands of the newest frame end.
  std::vector<int> band_ends(cv::Rect row) const;

  /// Where the row of that frame lies in a strip of this size.
  static cv::Rect row_area(std::size_t age, cv::Size strip);

  std::vector<Tint> tints() const;

  /// Fills this part of a view, which is as wide as the view.
  void draw_strip(cv::Mat& view, cv::Rect strip);

  /// Tints this part (in shares of its sides) of the newest frame's picture, scaled or not.
  void draw_tint(cv::Mat& picture, const cv::Rect2d& part = {0, 0, 1, 1}) const;

 private:
  using Clock = std::chrono::steady_clock;

  std::size_t largest() const;
  void draw_row(cv::Mat& strip, std::size_t age) const;
  void draw_text(cv::Mat& view, cv::Rect strip);
  void tell();

  std::array<std::shared_ptr<const FrameArrival>, kHistory> rows_;  // from the newest on
  std::vector<ColouredText> figures_;  // what they say changes slowly, so that it can be read
  Clock::time_point told_{};
  TextBox text_{TextBox::Flow::wrap};
  TextBox scale_start_{TextBox::Flow::wrap};
  TextBox scale_end_{TextBox::Flow::wrap};
};

}  // namespace jpegwire
