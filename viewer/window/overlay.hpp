#pragma once

#include <opencv2/core.hpp>
#include <span>
#include <string>

#include "viewer/camera/live_figures.hpp"
#include "viewer/window/text_box.hpp"

namespace jpegwire {

/// The colour of a camera's name.
inline const cv::Vec3b kNameColour{255, 220, 150};

/// Above these an age is amber, and red.
inline constexpr double kOldMilliseconds = 200;
inline constexpr double kVeryOldMilliseconds = 1000;

cv::Vec3b colour_of_age(double age_ms, const cv::Vec3b& fresh);

/// The value of the highest bar: the greatest age, but large enough that a difference of a
/// millisecond looks small.
double sparkline_top(std::span<const float> ages_ms);

/// Draws a bar for each age, the newest at the right end of this area of a BGR picture, which has
/// room for `max_bars` bars.
void draw_sparkline(cv::Mat& picture, cv::Rect area, std::span<const float> ages_ms,
                    std::size_t max_bars);

/// The live figures in the picture's top left corner, an old age in amber or red: one line, or a
/// table of all figures with the ages of the last frames as bars.
class Overlay {
 public:
  enum class Level { off, small, full };

  /// From small to full, off, and small again.
  static Level after(Level level);

  /// `source` is the stream's address as the user wrote it. `name` identifies the camera among
  /// others and is empty if there are none; with a name the line is short.
  explicit Overlay(std::string source = "", std::string name = "")
      : source_(std::move(source)), name_(std::move(name)) {}

  void next_level() { level_ = after(level_); }
  Level level() const { return level_; }

  /// Lays out the figures for a picture of this size and returns their area; empty if they are off.
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
