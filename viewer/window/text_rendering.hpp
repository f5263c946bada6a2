#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "viewer/window/blending.hpp"

namespace jpegwire {

// Signs that can stand in a text like letters.
inline constexpr char kDot = '\1';    // a disc, as the sign of a recording
inline constexpr char kPause = '\2';  // two bars

/// Distances of text in pixels, all proportional to the height of its capitals.
struct TextMetrics {
  explicit TextMetrics(int cap) : cap_height(cap) {}

  static constexpr int kSmallestCapHeight = 5;

  /// For a picture that is shown at about its own size.
  static TextMetrics for_picture(cv::Size picture);

  int cap_height;
  int line_height() const { return cap_height * 2; }
  int gap() const { return cap_height * 2; }           // between words
  int padding() const { return cap_height * 9 / 10; }  // around the text
  int width_of(std::string_view text) const;
};

/// Draws text with OpenCV's stroke font, evenly at any size. Each letter is drawn once and then
/// blended, so figures that change with each frame cost little. The font has only ASCII; all other
/// letters become question marks.
class TextRenderer {
 public:
  /// Draws the text over the content of the blend. Its baseline begins at `place`; clipped to the
  /// blend's size.
  void write(Blend& blend, std::string_view text, const TextMetrics& metrics, cv::Point place,
             const cv::Vec3b& bgr);

 private:
  struct Letter {
    Blend blend;
    cv::Point offset;  // of its top left pixel, from the pen
  };

  const Letter& letter(char symbol, int phase, const TextMetrics& metrics, const cv::Vec3b& bgr);

  int cap_height_ = 0;  // of the stored letters
  std::unordered_map<std::uint64_t, Letter> letters_;
};

/// The text's two ends with "..." between them, no wider than `width` if that is possible.
std::string shortened(const std::string& text, const TextMetrics& metrics, int width);

/// Breaks a sentence into lines of this width between words. A word wider than a line, such as a
/// file's path, is shortened in its middle.
std::vector<std::string> wrapped(std::string_view sentence, const TextMetrics& metrics, int width);

}  // namespace jpegwire
