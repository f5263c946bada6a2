#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/time.hpp"
#include "viewer/window/text_box.hpp"

namespace jpegwire {

/// A sentence that stands at the lower edge for a few seconds.
class Toast {
 public:
  static constexpr std::chrono::seconds kLegible{3};

  void tell(std::string_view sentence, WallTime now);

  bool is_told(WallTime now) const { return !sentence_.empty() && now - told_ < kLegible; }

  /// Settles where it is painted in this room of a picture of this size, whose whole width it may
  /// take: a file's path that is longer loses its middle.
  cv::Rect place(cv::Size picture, cv::Rect room);

  void paint(cv::Mat& picture) { box_.paint(picture); }
  void erase(cv::Mat& picture) { box_.erase(picture); }

 private:
  std::string sentence_;
  WallTime told_{};
  TextBox box_{TextBox::Flow::one_per_line};
};

}  // namespace jpegwire
