#include "viewer/window/sparkline.hpp"

#include <algorithm>

namespace jpegwire {
namespace {

const cv::Vec3b kAmber{60, 190, 255};
const cv::Vec3b kRed{120, 120, 255};
const cv::Vec3b kFresh{215, 200, 120};
constexpr double kLeastTopMilliseconds = 10;

}  // namespace

cv::Vec3b colour_of_age(double age_ms, const cv::Vec3b& fresh) {
  if (age_ms > kVeryOldMilliseconds) return kRed;
  return age_ms > kOldMilliseconds ? kAmber : fresh;
}

double sparkline_top(std::span<const float> ages_ms) {
  double top = kLeastTopMilliseconds;
  for (const float age : ages_ms) top = std::max<double>(top, age);
  return top;
}

void draw_sparkline(cv::Mat& picture, cv::Rect area, std::span<const float> ages_ms,
                    std::size_t most) {
  const double top = sparkline_top(ages_ms);
  const auto x_of = [&](std::size_t place) {
    return area.x + static_cast<int>(place * static_cast<std::size_t>(area.width) / most);
  };
  std::size_t place = most - std::min(ages_ms.size(), most);
  for (const float age : ages_ms) {
    const int height = std::clamp(cvRound(age / top * area.height), 1, std::max(area.height, 1));
    const cv::Rect bar(cv::Point(x_of(place), area.br().y - height),
                       cv::Point(x_of(place + 1), area.br().y));
    picture(bar & area & cv::Rect({}, picture.size())).setTo(colour_of_age(age, kFresh));
    ++place;
  }
}

}  // namespace jpegwire
