#include "viewer/window/zoom.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace jpegwire {
namespace {

/// Averages if many pixels become one; otherwise bilinear is as good and several times faster.
void scale(const cv::Mat& from, cv::Mat to) {
  if (from.size() == to.size()) return from.copyTo(to);
  const bool much_smaller = to.cols * 2 < from.cols;
  cv::resize(from, to, to.size(), 0, 0, much_smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
}

}  // namespace

std::string Zoom::describe() const {
  return fmt::format("zoom {:.{}f}x", factor_,
                     std::abs(factor_ - std::round(factor_)) < 0.01 ? 0 : 1);
}

void Zoom::scale_at(cv::Point2d point, double change) {
  const cv::Point2d under(corner_.x + point.x / factor_, corner_.y + point.y / factor_);
  factor_ = std::clamp(factor_ * change, 1.0, kMaxFactor);
  if (factor_ < 1.01) factor_ = 1;  // after rounding errors of as many steps out as in
  const double furthest = 1 - 1 / factor_;
  corner_ = {std::clamp(under.x - point.x / factor_, 0.0, furthest),
             std::clamp(under.y - point.y / factor_, 0.0, furthest)};
}

cv::Size scaled_to_fit(cv::Size size, cv::Size room) {
  const double factor = std::min(static_cast<double>(room.width) / size.width,
                                 static_cast<double>(room.height) / size.height);
  return {std::clamp(cvRound(size.width * factor), 1, std::max(room.width, 1)),
          std::clamp(cvRound(size.height * factor), 1, std::max(room.height, 1))};
}

// cv::resize takes whole pixels, so a fraction of a pixel at the edges is cut off after scaling.
void scale_part(const cv::Mat& from, const cv::Rect2d& part, cv::Mat to) {
  if (part.width >= 1) return scale(from, to);
  const cv::Point2d begin(part.x * from.cols, part.y * from.rows);
  const cv::Point2d end(part.br().x * from.cols, part.br().y * from.rows);
  const cv::Rect whole = cv::Rect(cv::Point(cvFloor(begin.x), cvFloor(begin.y)),
                                  cv::Point(cvCeil(end.x), cvCeil(end.y))) &
                         cv::Rect({}, from.size());
  const cv::Point2d factor(to.cols / (end.x - begin.x), to.rows / (end.y - begin.y));
  const cv::Point cut(cvRound((begin.x - whole.x) * factor.x),
                      cvRound((begin.y - whole.y) * factor.y));
  const cv::Size size(std::max(cvRound(whole.width * factor.x), cut.x + to.cols),
                      std::max(cvRound(whole.height * factor.y), cut.y + to.rows));
  const cv::Mat scaled(size, from.type());
  scale(from(whole), scaled);
  scaled(cv::Rect(cut, to.size())).copyTo(to);
}

}  // namespace jpegwire
