#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/window/text_rendering.hpp"

namespace jpegwire {

/// Words of one colour that stay on one line.
struct ColouredText {
  std::string text;
  cv::Vec3b bgr{245, 245, 245};

  bool operator==(const ColouredText&) const = default;
};

/// The place of a box in the room that it is given.
enum class Corner { top_left, top_right, bottom_middle, middle };

/// Lines of text on a dark box with round corners, translucent but legible on any picture. It is
/// rendered when the text or the picture's size changes; for each picture only the box's pixels are
/// blended. Pictures are CV_8UC3, BGR.
class TextBox {
 public:
  /// How words are placed in lines: as many as the width allows, one per line, or two per line, of
  /// which the first is a label. A table never becomes narrower, so that it does not move.
  enum class Flow { wrap, one_per_line, table };

  static constexpr double kTranslucent = 0.72;
  static constexpr double kOpaque = 1;

  explicit TextBox(Flow flow, double opacity = kTranslucent) : flow_(flow), opacity_(opacity) {}

  /// Lays out the box within this room of a picture of this size and returns its area. If there is
  /// not enough room, the text is smaller; words that are still too wide are shortened in their
  /// middle, and the last lines left out, except of a table.
  cv::Rect place(cv::Size picture, cv::Rect room, Corner corner,
                 const std::vector<ColouredText>& words);

  /// Paints the box in that area, on a picture of that size.
  void paint(cv::Mat& picture);

  /// place() and paint() with the box's top left corner at `corner`.
  void draw(cv::Mat& picture, cv::Point corner, const std::vector<ColouredText>& words);

  /// Restores the pixels that the last paint() covered, in the picture that it painted on.
  void erase(cv::Mat& picture);

  /// The area of the last place(), in the picture's pixels.
  cv::Rect area() const { return area_; }

  /// The area from a word's left end to the right end of the box's text, one line high.
  cv::Rect word_area(std::size_t index) const;

 private:
  /// The left end of each word's baseline, and the size of all words together.
  struct Layout {
    std::vector<cv::Point> places;
    cv::Size size;
  };

  void shorten(cv::Size room, const TextMetrics& metrics);
  Layout lay_out(const TextMetrics& metrics, int width) const;
  Layout lay_out_lines(const TextMetrics& metrics, int width) const;
  Layout lay_out_table(const TextMetrics& metrics) const;
  void render(cv::Size room, TextMetrics metrics);

  const Flow flow_;
  const double opacity_;
  std::vector<ColouredText> words_;
  std::vector<ColouredText> drawn_;  // these, as far as there is room
  cv::Size picture_size_;
  cv::Size room_;
  TextMetrics metrics_{0};
  Layout layout_;
  TextRenderer renderer_;
  Blend blend_;
  cv::Mat covered_;  // the picture's pixels under the box
  cv::Rect area_;
};

/// The distance of boxes from the edges of a picture of this size and from each other.
int overlay_margin(cv::Size picture);

/// A picture of this size without the margin at its edges.
cv::Rect inside_margin(cv::Size picture);

/// Dims the picture and writes the sentence across the middle of this room of it in large letters,
/// and the detail, if it is not empty, below it. What does not fit even in small letters is left
/// out.
void draw_notice(cv::Mat& picture, cv::Rect room, std::string_view sentence,
                 std::string_view detail = "");

}  // namespace jpegwire
