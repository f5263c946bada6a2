#include "viewer/window/blending.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace jpegwire::blending_test {
namespace {

TEST_CASE("a blend multiplies each pixel and adds to it") {
  for (int value = 0; value < 256; ++value) {
    for (const int share : {0, 1, 71, 128, 254, 255}) {
      cv::Mat pixels(3, 7, CV_8UC3, cv::Scalar::all(value));
      const Blend blend{cv::Mat(3, 7, CV_8UC3, cv::Scalar::all(share)),
                        cv::Mat(3, 7, CV_8UC3, cv::Scalar::all(255 - share))};
      blend.apply_to(pixels);
      const int wanted = static_cast<int>(std::lround(value * share / 255.0)) + 255 - share;
      CAPTURE(value, share);
      REQUIRE(pixels.at<cv::Vec3b>(2, 6) == cv::Vec3b::all(static_cast<std::uint8_t>(wanted)));
    }
  }
}

TEST_CASE("fully kept pixels do not change") {
  cv::Mat pixels(16, 33, CV_8UC3);
  cv::RNG(3).fill(pixels, cv::RNG::UNIFORM, 0, 256);
  const cv::Mat before = pixels.clone();
  Blend{cv::Mat(16, 33, CV_8UC3, cv::Scalar::all(255)), cv::Mat::zeros(16, 33, CV_8UC3)}.apply_to(
      pixels);
  CHECK(cv::norm(before, pixels, cv::NORM_INF) == 0);
}

TEST_CASE("a tint does not change pixels outside its rows") {
  cv::Mat picture(10, 50, CV_8UC3, cv::Scalar(200, 100, 0));
  tint(picture(cv::Rect(7, 3, 21, 4)), {0, 0, 255});
  CHECK(picture.at<cv::Vec3b>(3, 6) == cv::Vec3b(200, 100, 0));
  CHECK(picture.at<cv::Vec3b>(3, 28) == cv::Vec3b(200, 100, 0));
  CHECK(picture.at<cv::Vec3b>(2, 7) == cv::Vec3b(200, 100, 0));
  const auto tinted = picture.at<cv::Vec3b>(6, 27);
  CHECK(std::abs(tinted[0] - 150) <= 1);
  CHECK(std::abs(tinted[1] - 75) <= 1);
  CHECK(std::abs(tinted[2] - 64) <= 1);
}

}  // namespace
}  // namespace jpegwire::blending_test
