#include <catch2/catch.hpp>
#include <cmath>

#include "support/view_bench.hpp"
#include "viewer/camera/picture_pixels.hpp"

namespace jpegwire::picture_zoom_test {
namespace {

using std::chrono::seconds;
using Bench = ViewBench;

ShownFrame make_halves() {
  ShownFrame frame = make_frame(40);
  pixels_of(*frame.picture.owned()).colRange(320, 640).setTo(cv::Scalar::all(220));
  return frame;
}

TEST_CASE("zooming keeps the point under the mouse in place, and shows the factor") {
  Bench bench;
  bench.without_figures();
  bench.view.show(make_halves(), kFigures);
  const cv::Point mouse(400, 100);
  for (int i = 0; i < 4; ++i) bench.view.zoom_in(mouse, kView);  // four times
  const cv::Mat near = bench.draw();
  CHECK_FALSE(is_all(near(kLowerEdge).colRange(200, 400), 40));  // the toast
  // The edge was 80 pixels to the left of the mouse: now it is 320.
  CHECK(near.at<cv::Vec3b>(100, 70)[0] == 40);
  CHECK(near.at<cv::Vec3b>(100, 90)[0] == 220);
  bench.view.zoom_out(mouse, kView);
  bench.view.reset_zoom();
  bench.now += seconds(4);
  CHECK(bench.draw().at<cv::Vec3b>(100, 310)[0] == 40);
  CHECK(bench.draw().at<cv::Vec3b>(100, 330)[0] == 220);
}

TEST_CASE("the sender needs to send what is shown, and the whole picture when it is zoomed") {
  Bench bench;
  CHECK(bench.view.shown_size() == PictureSize{});
  bench.draw({320, 240});
  CHECK(bench.view.shown_size() == PictureSize{});  // its shape is unknown
  bench.view.show(make_frame(40), kFigures);
  bench.draw({320, 240});
  CHECK(bench.view.shown_size() == PictureSize{320, 180});
  bench.view.zoom_in({160, 120}, {320, 240});
  CHECK(bench.view.shown_size() == PictureSize{});
  bench.view.reset_zoom();
  CHECK(bench.view.shown_size() == PictureSize{320, 180});
  cv::Mat drawn = bench.view.draw_in_place(kView).value();
  bench.view.erase(drawn);
  CHECK(bench.view.shown_size() == PictureSize{640, 360});
}

TEST_CASE("with the mouse beside the picture, zooming keeps the picture's edge in place") {
  Bench bench;
  bench.view.zoom_in({5, 5}, kView);  // before the first picture
  bench.view.reset_zoom();
  bench.without_figures();
  bench.view.show(make_halves(), kFigures);
  const cv::Size wide(1640, 360);  // the picture begins at 500
  for (int i = 0; i < 4; ++i) bench.view.zoom_in({20, 100}, wide);
  bench.now += seconds(4);
  CHECK(is_all(bench.draw(wide)(cv::Rect(500, 0, 640, 360)), 40));
}

TEST_CASE("the trace has its strip below the picture, and tints the picture") {
  Bench bench;
  bench.without_figures();
  bench.view.show(with_arrival(make_frame(200)), kFigures);
  bench.view.toggle_trace();
  bench.now += seconds(4);
  const int strip = bench.view.strip_height({640, 560});
  REQUIRE(strip > 0);
  const cv::Mat image = bench.draw({640, 360 + strip});
  CHECK(std::abs(image.at<cv::Vec3b>(90, 320)[0] - (150 + ArrivalTrace::colour_at(0)[0] / 4)) <= 2);
  CHECK(std::abs(image.at<cv::Vec3b>(270, 320)[0] - (150 + ArrivalTrace::colour_at(1)[0] / 4)) <=
        2);
  const cv::Rect row = ArrivalTrace::row_area(0, {640, strip});
  CHECK(image.at<cv::Vec3b>(360 + row.y + 1, row.x + 5) == ArrivalTrace::colour_at(0));
  CHECK_FALSE(bench.view.draw_in_place({640, 360}));
}

TEST_CASE("the tint moves with the zoomed picture") {
  Bench bench;
  bench.without_figures();
  bench.view.toggle_trace();
  bench.view.show(with_arrival(make_frame(200)), kFigures);
  const cv::Size size(640, 360 + bench.view.strip_height({640, 560}));
  for (int i = 0; i < 4; ++i) bench.view.zoom_in({320, 300}, size);  // in the later band
  bench.now += seconds(4);
  const cv::Mat image = bench.draw(size);
  for (const int y : {20, 180, 340})
    CHECK(std::abs(image.at<cv::Vec3b>(y, 320)[0] - (150 + ArrivalTrace::colour_at(1)[0] / 4)) <=
          2);
}

TEST_CASE("a frozen picture keeps its own trace") {
  Bench bench({.source = "", .trace = true, .caption = false});
  bench.without_figures();
  bench.view.show(with_arrival(make_frame(200)), kFigures);
  bench.view.toggle_freeze();
  const cv::Size size(640, 560);
  bench.draw(size);
  ShownFrame other = make_frame(90);
  other.arrival = test::make_arrival({50, 50, 50, 50}, 2);
  bench.view.show(std::move(other), kFigures);
  const cv::Mat image = bench.draw(size);
  const int strip = bench.view.strip_height(size);
  const cv::Rect row = ArrivalTrace::row_area(0, {640, strip});
  CHECK(image.at<cv::Vec3b>(560 - strip + row.y + 1, row.x + row.width / 4 + 8) ==
        ArrivalTrace::colour_at(0));
}

}  // namespace
}  // namespace jpegwire::picture_zoom_test
