#pragma once

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace jpegwire {

/// A line, or where it has a radius a dot, to be drawn over those before it.
struct Stroke {
  cv::Point from;
  cv::Point to;
  cv::Scalar colour;
  int thickness = 1;
  int radius = 0;

  cv::Rect box() const {
    const int rim = thickness + radius + 2;  // what antialiasing may touch included
    const cv::Point low(std::min(from.x, to.x) - rim, std::min(from.y, to.y) - rim);
    const cv::Point high(std::max(from.x, to.x) + rim, std::max(from.y, to.y) + rim);
    return {low, high};
  }

  void draw(cv::Mat target, cv::Point origin) const {
    if (radius > 0)
      cv::circle(target, from - origin, radius, colour, cv::FILLED, cv::LINE_AA);
    else
      cv::line(target, from - origin, to - origin, colour, thickness, cv::LINE_AA);
  }
};

}  // namespace jpegwire
