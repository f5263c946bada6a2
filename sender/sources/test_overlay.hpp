#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <string_view>
#include <vector>

#include "codec/time.hpp"
#include "sender/sources/test_scene.hpp"

namespace jpegwire {

/// Draws text into a plane of luma, brighter than the background; all digits have the same width,
/// so that a running clock does not move. Printable ASCII.
class GlyphFont {
 public:
  /// The height of a digit in pixels, and the luma to draw with.
  GlyphFont(int height, int brightness);

  int height() const { return height_; }
  int width_of(std::string_view text) const;
  void draw(cv::Mat& luma, cv::Point top_left, std::string_view text) const;

 private:
  static constexpr char kFirst = ' ', kLast = '~';

  const cv::Mat& glyph(char letter) const;
  cv::Mat render(char letter, int width, int brightness) const;

  int height_;
  int thickness_;
  std::array<cv::Mat, kLast - kFirst + 1> glyphs_;
};

/// The moving parts in front of the test card's scene: a drifting balloon, and a box with colour
/// bars, the wall clock, the number of the frame, and a hand that turns once a second. Scales with
/// the picture, and omits parts for which a small picture has no room. Bound to one thread.
class TestOverlay {
 public:
  explicit TestOverlay(cv::Size frame);

  /// Allocates nothing.
  void draw(Planes& picture, std::uint64_t number, WallTime time) const;

 private:
  void draw_balloon(Planes& picture, WallTime time) const;
  void draw_box(Planes& picture, std::uint64_t number, WallTime time) const;
  void draw_dial(cv::Mat& luma, WallTime time) const;
  void place_box();

  cv::Size frame_;
  GlyphFont clock_font_;
  GlyphFont number_font_;
  cv::Rect box_;  // empty: no room
  cv::Rect dial_;
  std::vector<cv::Mat> dials_;  // one for each sixtieth of a turn; empty: no room
  Planes bars_;
  Planes balloon_;        // times its opacity
  Planes balloon_shade_;  // 255 less its opacity
};

}  // namespace jpegwire
