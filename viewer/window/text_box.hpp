#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/window/text_rendering.hpp"

namespace jpegwire {

/// Words of one colour that are not broken over lines.
struct ColouredText {
  std::string text;
  cv::Vec3b bgr{245, 245, 245};

  bool operator==(const ColouredText&) const = default;
};

/// Where a box stands in the room that it is given.
enum class Corner { top_left, top_right, bottom_middle, middle };

/// Lines of text on a dark translucent box with round corners, legible on any picture. Rendered
/// when the text or the picture's size changes; what is left for every picture is to blend the
/// box's own pixels. Pictures are CV_8UC3, BGR.
class TextBox {
 public:
  /// How the words fill lines: as many to a line as the picture's width gives, one to each, or two,
  /// the first one of them a label. A table never becomes narrower, so that it stands still.
  enum class Flow { wrap, one_per_line, table };

  explicit TextBox(Flow flow) : flow_(flow) {}

  /// Settles where in this room of a picture of this size the box is painted; smaller where it has
  /// no room. Gives that area.
  cv::Rect place(cv::Size picture, cv::Rect room, Corner corner,
                 const std::vector<ColouredText>& words);

  /// Paints it there, on a picture of that size.
  void paint(cv::Mat& picture);

  /// place() and paint(), with the top left corner there.
  void draw(cv::Mat& picture, cv::Point corner, const std::vector<ColouredText>& words);

  /// Puts back the pixels that the last paint() covered, in the picture that it painted on.
  void erase(cv::Mat& picture);

  /// Where it was placed last, in the picture's pixels.
  cv::Rect area() const { return area_; }

  /// What a word's line has of it, from the word's left end to the right end of the box's text.
  cv::Rect word_area(std::size_t index) const;

 private:
  /// Where each word goes: the left end of its baseline, and the size of all of them together.
  struct Layout {
    std::vector<cv::Point> places;
    cv::Size size;
  };

  Layout lay_out(const TextMetrics& metrics, int width) const;
  Layout lay_out_lines(const TextMetrics& metrics, int width) const;
  Layout lay_out_table(const TextMetrics& metrics) const;
  void render(cv::Size room, TextMetrics metrics);

  const Flow flow_;
  std::vector<ColouredText> words_;
  cv::Size picture_size_;
  cv::Size room_;
  TextMetrics metrics_{0};
  Layout layout_;
  TextRenderer renderer_;
  Blend blend_;
  cv::Mat covered_;  // the picture's own pixels
  cv::Rect area_;
};

/// The distance of boxes from the edges of a picture of this size, and from each other.
int overlay_margin(cv::Size picture);

/// All of a picture of this size but the margin at its edges.
cv::Rect inside_margin(cv::Size picture);

/// Dims the picture and writes the sentence across its middle, large, in as many lines as it takes.
void draw_notice(cv::Mat& picture, std::string_view sentence);

}  // namespace jpegwire
