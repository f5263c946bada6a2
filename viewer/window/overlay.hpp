#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "viewer/camera/live_figures.hpp"
#include "viewer/window/text_box.hpp"

namespace jpegwire {

/// The colour of a camera's name.
inline const cv::Vec3b kNameColour{255, 220, 150};

/// The live figures in the picture's top left corner, the age in amber or red when it is old: in
/// one line, or all of them in a table with the last frames' ages as bars.
class Overlay {
 public:
  enum class Level { off, small, full };

  /// From small to full, off, and small again.
  static Level after(Level level);

  /// `source`: where the frames come from, as its user knows it; `name`: what tells this camera
  /// from the others beside it, empty where there are none. Then the line is short.
  explicit Overlay(std::string source = "", std::string name = "")
      : source_(std::move(source)), name_(std::move(name)) {}

  void next_level() { level_ = after(level_); }
  Level level() const { return level_; }

  /// Settles where in a picture of this size the figures are painted. Nothing where they are off.
  cv::Rect place(cv::Size picture, const LiveFigures& figures);

  void paint(cv::Mat& picture);

  /// place() and paint().
  void draw(cv::Mat& picture, const LiveFigures& figures);

  void erase(cv::Mat& picture);
  cv::Rect area() const { return level_ == Level::off ? cv::Rect() : box().area(); }

 private:
  TextBox& box() { return level_ == Level::full ? table_ : line_; }
  const TextBox& box() const { return level_ == Level::full ? table_ : line_; }

  const std::string source_;
  const std::string name_;
  Level level_ = Level::small;
  AgeHistory ages_;
  TextBox line_{TextBox::Flow::wrap};
  TextBox table_{TextBox::Flow::table};
};

}  // namespace jpegwire
