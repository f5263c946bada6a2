#include "viewer/camera/clock_finder.hpp"

#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

namespace jpegwire::clock_finder_test {
namespace {

constexpr WallTime kNow{microseconds(1'795'300'390'061'469)};

/// A grey room with a screen that shows the clock, with its corners at these points.
Picture seen(const std::array<cv::Point2f, 4>& corners) {
  Picture clock;
  draw_clock(kNow, 20, clock);
  const cv::Mat square(clock.height, clock.width, CV_8UC3, clock.pixels.data());
  const auto size = static_cast<float>(clock.width);
  const std::array<cv::Point2f, 4> own{cv::Point2f(0, 0), cv::Point2f(size, 0),
                                       cv::Point2f(size, size), cv::Point2f(0, size)};
  Picture room;
  room.resize(PixelFormat::bgr, 640, 480);
  cv::Mat image(room.height, room.width, CV_8UC3, room.pixels.data());
  image = cv::Scalar::all(120);
  cv::rectangle(image, {20, 20}, {90, 80}, cv::Scalar::all(0), cv::FILLED);  // a book
  cv::Mat warped;
  cv::Mat mask;
  const cv::Mat transform = cv::getPerspectiveTransform(own, corners);
  cv::warpPerspective(square, warped, transform, image.size());
  cv::warpPerspective(cv::Mat(square.size(), CV_8UC1, cv::Scalar(255)), mask, transform,
                      image.size());
  warped.copyTo(image, mask);
  cv::GaussianBlur(image, image, {3, 3}, 0);
  return room;
}

TEST_CASE("the clock is read anywhere in the picture, at an angle and rotated") {
  const auto corners = GENERATE(values<std::array<cv::Point2f, 4>>({
      {{{100, 60}, {460, 60}, {460, 420}, {100, 420}}},
      {{{400, 300}, {520, 300}, {520, 420}, {400, 420}}},
      {{{150, 80}, {500, 120}, {480, 400}, {130, 440}}},
      {{{460, 60}, {460, 420}, {100, 420}, {100, 60}}},
  }));
  ClockFinder finder;
  CHECK(finder.read(seen(corners), kNow + milliseconds(30)) == kNow);
}

TEST_CASE("the clock is found again in the same place and after it has moved") {
  const std::array<cv::Point2f, 4> left{{{100, 60}, {300, 60}, {300, 260}, {100, 260}}};
  const std::array<cv::Point2f, 4> right{{{400, 200}, {600, 200}, {600, 400}, {400, 400}}};
  ClockFinder finder;
  for (const auto& corners : {left, left, right, right})
    CHECK(finder.read(seen(corners), kNow + milliseconds(30)) == kNow);
}

TEST_CASE("no time is read from a picture without a clock") {
  Picture empty;
  empty.resize(PixelFormat::bgr, 320, 240);
  CHECK_FALSE(ClockFinder().read(empty, kNow));
  Picture clock;
  draw_clock(kNow, 20, clock);
  std::ranges::fill(std::span(clock.pixels).subspan(clock.pixels.size() / 2, 20'000), std::byte{9});
  CHECK_FALSE(ClockFinder().read(clock, kNow));
}

}  // namespace
}  // namespace jpegwire::clock_finder_test
