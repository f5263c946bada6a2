#include "viewer/camera/clock_finder.hpp"

#include <array>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "viewer/camera/picture_pixels.hpp"

namespace jpegwire {
namespace {

using Corners = std::array<cv::Point2f, 4>;

/// The four corners, if this may be the clock's black frame.
std::optional<std::vector<cv::Point>> quadrangle_of(const std::vector<cv::Point>& contour) {
  constexpr double kMinArea = 50.0 * 50.0;
  constexpr double kTolerance = 0.03;  // relative to the outline's length
  if (cv::contourArea(contour) < kMinArea) return std::nullopt;
  std::vector<cv::Point> corners;
  cv::approxPolyDP(contour, corners, kTolerance * cv::arcLength(contour, true), true);
  if (corners.size() != 4 || !cv::isContourConvex(corners)) return std::nullopt;
  return corners;
}

/// Maps cells of the frame to pixels of the picture.
cv::Matx33d to_picture(const std::vector<cv::Point>& corners) {
  const Corners seen{corners[0], corners[1], corners[2], corners[3]};
  constexpr float kEnd = kClockFrameCells;
  const Corners cells{cv::Point2f(0, 0), cv::Point2f(0, kEnd), cv::Point2f(kEnd, kEnd),
                      cv::Point2f(kEnd, 0)};
  return cv::getPerspectiveTransform(cells, seen);
}

/// Contours run counterclockwise on the screen, so the square may be rotated but never mirrored.
std::optional<WallTime> read_square(const cv::Mat& bgr, const std::vector<cv::Point>& corners,
                                    WallTime now) {
  constexpr int kGreen = 1;  // contributes most to brightness
  const cv::Matx33d transform = to_picture(corners);
  ClockCells cells{};
  for (int row = 0; row < kClockDataCells; ++row)
    for (int column = 0; column < kClockDataCells; ++column) {
      const cv::Vec3d place = transform * cv::Vec3d(column + 1.5, row + 1.5, 1);
      const cv::Point point(cvRound(place[0] / place[2]), cvRound(place[1] / place[2]));
      if (!cv::Rect({}, bgr.size()).contains(point)) return std::nullopt;
      cells[static_cast<std::size_t>(row) * kClockDataCells + static_cast<std::size_t>(column)] =
          bgr.at<cv::Vec3b>(point)[kGreen];
    }
  return read_clock(cells, now);
}

}  // namespace

std::optional<WallTime> ClockFinder::read(const Picture& picture, WallTime now) {
  const cv::Mat bgr = pixels_of(picture);
  if (!last_corners_.empty())
    if (const auto time = read_square(bgr, last_corners_, now)) return time;
  return search(bgr, now);
}

std::optional<WallTime> ClockFinder::search(const cv::Mat& bgr, WallTime now) {
  cv::cvtColor(bgr, grey_, cv::COLOR_BGR2GRAY);
  cv::threshold(grey_, dark_, 0, 255, cv::THRESH_BINARY_INV | cv::THRESH_OTSU);
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(dark_, contours, cv::RETR_LIST, cv::CHAIN_APPROX_SIMPLE);
  for (const std::vector<cv::Point>& contour : contours)
    if (const auto corners = quadrangle_of(contour))
      if (const auto time = read_square(bgr, *corners, now)) {
        last_corners_ = *corners;
        return time;
      }
  return std::nullopt;
}

}  // namespace jpegwire
