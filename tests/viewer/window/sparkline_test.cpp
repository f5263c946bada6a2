#include "viewer/window/overlay.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace jpegwire::sparkline_test {
namespace {

const cv::Rect kArea(5, 10, 120, 40);

cv::Mat black() { return cv::Mat::zeros(60, 130, CV_8UC3); }

/// The number of drawn pixels of a column, counted from the area's lower edge.
int height_at(const cv::Mat& picture, int x) {
  int height = 0;
  while (height < picture.rows &&
         picture.at<cv::Vec3b>(kArea.br().y - 1 - height, x) != cv::Vec3b())
    ++height;
  return height;
}

TEST_CASE("each age is a bar of proportional height, the newest at the right") {
  cv::Mat picture = black();
  draw_sparkline(picture, kArea, std::vector<float>{20, 10, 5}, 120);
  CHECK(height_at(picture, 121) == 0);
  CHECK(height_at(picture, 122) == 40);
  CHECK(height_at(picture, 123) == 20);
  CHECK(height_at(picture, 124) == 10);
  CHECK(height_at(picture, 125) == 0);
}

TEST_CASE("the highest bar is the greatest age, but at least 10 ms") {
  CHECK(sparkline_top(std::vector<float>{2, 80, 3}) == 80);
  CHECK(sparkline_top(std::vector<float>{1, 1.5F}) == 10);
  CHECK(sparkline_top({}) == 10);
}

TEST_CASE("bars of old frames have the colours of an old age") {
  cv::Mat picture = black();
  draw_sparkline(picture, kArea, std::vector<float>{5, 500, 2000}, 3);
  const auto colour = [&](int x) { return picture.at<cv::Vec3b>(kArea.br().y - 1, x); };
  CHECK(colour(25) == colour_of_age(5, colour(25)));
  CHECK(colour(65) == colour_of_age(500, {}));
  CHECK(colour(105) == colour_of_age(2000, {}));
  CHECK(colour(25) != colour(65));
  CHECK(colour(65) != colour(105));
}

TEST_CASE("bars narrower than a pixel or outside the picture are clipped") {
  cv::Mat picture = black();
  draw_sparkline(picture, {5, 10, 30, 40}, std::vector<float>(120, 7), 120);
  CHECK(height_at(picture, 4) == 0);
  CHECK(height_at(picture, 35) == 0);
  draw_sparkline(picture, {100, 50, 100, 100}, std::vector<float>(120, 7), 120);
  draw_sparkline(picture, {10, 10, 0, 0}, std::vector<float>(120, 7), 120);
}

}  // namespace
}  // namespace jpegwire::sparkline_test
