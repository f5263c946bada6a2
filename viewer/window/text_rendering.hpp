#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "viewer/window/blending.hpp"

namespace jpegwire {

// Signs that text may have among its letters.
inline constexpr char kDot = '\1';    // a disc, as beside what is being recorded
inline constexpr char kPause = '\2';  // two bars

/// Distances of text in pixels, all in proportion to the height of its capitals.
struct TextMetrics {
  explicit TextMetrics(int cap) : cap_height(cap) {}

  static constexpr int kSmallestCapHeight = 5;

  /// For a picture that will be seen at about its own size.
  static TextMetrics for_picture(cv::Size picture);

  int cap_height;
  int line_height() const { return cap_height * 2; }
  int gap() const { return cap_height * 2; }           // between words
  int padding() const { return cap_height * 9 / 10; }  // around the text
  int width_of(std::string_view text) const;
};

/// Draws text in the strokes of OpenCV's font, evenly at any size. Each letter is drawn once and
/// then blended, so that figures which change with each frame cost little.
/// Letters beyond ASCII, which the font does not have, are question marks.
class TextRenderer {
 public:
  /// Puts the text in front of what the blend already shows, which loses what the text covers. Its
  /// baseline begins at `place`; what is outside of the blend is left out.
  void write(Blend& blend, std::string_view text, const TextMetrics& metrics, cv::Point place,
             const cv::Vec3b& bgr);

 private:
  struct Letter {
    Blend blend;
    cv::Point offset;  // of its top left pixel from the pen
  };

  const Letter& letter(char symbol, int phase, const TextMetrics& metrics, const cv::Vec3b& bgr);

  int cap_height_ = 0;  // of those that are kept
  std::unordered_map<std::uint64_t, Letter> letters_;
};

/// A sentence in lines of this width: broken between words, and a word that is wider than a line,
/// such as a file's path, shortened in its middle.
std::vector<std::string> wrapped(std::string_view sentence, const TextMetrics& metrics, int width);

}  // namespace jpegwire
