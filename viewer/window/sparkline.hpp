#pragma once

#include <opencv2/core.hpp>
#include <span>

namespace jpegwire {

/// From when on an age is amber, and red.
inline constexpr double kOldMilliseconds = 200;
inline constexpr double kVeryOldMilliseconds = 1000;

/// The colour that tells how old that is.
cv::Vec3b colour_of_age(double age_ms, const cv::Vec3b& fresh);

/// What the highest bar stands for: the greatest of them, but enough that a millisecond more or
/// less is no mountain.
double sparkline_top(std::span<const float> ages_ms);

/// Draws a bar for each age, the newest at the right end of this part of a BGR picture, which has
/// room for `most` of them.
void draw_sparkline(cv::Mat& picture, cv::Rect area, std::span<const float> ages_ms,
                    std::size_t most);

}  // namespace jpegwire
