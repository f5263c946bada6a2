#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/live_figures.hpp"

namespace jpegwire {

/// Words of one colour that are not broken over lines.
struct ColouredText {
  std::string text;
  cv::Vec3b bgr{245, 245, 245};

  bool operator==(const ColouredText&) const = default;
};

/// Lines of text on a dark translucent box with round corners, legible on any picture. Rendered
/// when the text or the picture's size changes; what is left for every picture is to blend the
/// box's own pixels. Pictures are CV_8UC3, BGR.
class TextBox {
 public:
  /// How the words fill lines: as many to a line as the picture's width gives, or one to each.
  enum class Flow { wrap, one_per_line };

  explicit TextBox(Flow flow) : flow_(flow) {}

  /// Draws with the box's top left corner at `corner`, smaller where the picture has no room.
  void draw(cv::Mat& picture, cv::Point corner, const std::vector<ColouredText>& words);

  /// Puts back the pixels that the last draw() covered, in the picture that it drew on.
  void erase(cv::Mat& picture);

  /// Where the last draw() drew, in the picture's pixels.
  cv::Rect area() const { return area_; }

 private:
  void render(cv::Size room, int cap_height);

  const Flow flow_;
  std::vector<ColouredText> words_;
  cv::Size picture_size_;
  cv::Mat keep_;     // CV_8UC3: how much of the picture shows through, of 255
  cv::Mat add_;      // CV_8UC3: what is added to that
  cv::Mat covered_;  // the picture's own pixels
  cv::Rect area_;
};

/// The live figures in the picture's top left corner, the age in amber or red when it is old.
class Overlay {
 public:
  void draw(cv::Mat& picture, const LiveFigures& figures);
  void erase(cv::Mat& picture) { box_.erase(picture); }
  cv::Rect area() const { return box_.area(); }

 private:
  TextBox box_{TextBox::Flow::wrap};
};

/// The distance of boxes from the edges of a picture of this size, and from each other.
int overlay_margin(cv::Size picture);

/// Dims the picture and writes the sentence across its middle, large, in as many lines as it takes.
void draw_notice(cv::Mat& picture, std::string_view sentence);

}  // namespace jpegwire
