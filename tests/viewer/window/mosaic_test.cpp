#include "viewer/window/mosaic.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "support/view_bench.hpp"

namespace jpegwire::mosaic_test {
namespace {

const cv::Size kWindow{800, 450};

std::vector<PictureViewSettings> cameras(std::size_t count) {
  std::vector<PictureViewSettings> settings;
  for (std::size_t i = 0; i < count; ++i)
    settings.push_back({.source = "tcp://camera" + std::to_string(i),
                        .name = count > 1 ? "camera" + std::to_string(i) : "",
                        .trace = false,
                        .caption = false});
  return settings;
}

/// A mosaic in which each camera shows a different grey, without figures.
struct Bench {
  explicit Bench(std::size_t count) : mosaic(cameras(count)) {
    for (std::size_t i = 0; i < count; ++i) {
      mosaic.view(i).show_overlay(Overlay::Level::off);
      show(i, grey_of(i));
    }
    draw();
  }

  static int grey_of(std::size_t camera) { return 100 + 20 * static_cast<int>(camera); }
  void show(std::size_t camera, int grey) {
    mosaic.view(camera).show(make_frame(grey, {320, 180}), {});
  }
  void draw() { mosaic.draw(image); }
  int at(int x, int y) const { return image.at<cv::Vec3b>(y, x)[0]; }

  Mosaic mosaic;
  cv::Mat image{kWindow, CV_8UC3, cv::Scalar::all(1)};
};

TEST_CASE("each camera has its own part of the window") {
  const Bench bench(4);
  CHECK(bench.at(200, 112) == 100);
  CHECK(bench.at(600, 112) == 120);
  CHECK(bench.at(200, 337) == 140);
  CHECK(bench.at(600, 337) == 160);
}

TEST_CASE("only a camera with an update is drawn again") {
  Bench bench(4);
  bench.image.setTo(cv::Scalar::all(7));
  CHECK_FALSE(bench.mosaic.is_stale());
  bench.show(2, 200);
  CHECK(bench.mosaic.is_stale());
  bench.draw();
  CHECK(bench.at(200, 337) == 200);
  CHECK(bench.at(200, 112) == 7);
  CHECK(bench.at(600, 337) == 7);
}

TEST_CASE("a notice dims only its own camera") {
  Bench bench(4);
  bench.mosaic.view(1).show_notice("cannot connect to tcp://camera1; reconnecting");
  bench.draw();
  CHECK(bench.at(500, 40) < 80);  // dimmed
  CHECK(bench.at(200, 112) == 100);
  CHECK(bench.at(200, 337) == 140);
  CHECK(bench.at(600, 337) == 160);
  bench.show(1, 120);
  bench.draw();
  CHECK(bench.at(600, 112) == 120);
}

TEST_CASE("the camera under the mouse is shown alone, and then all cameras again") {
  Bench bench(4);
  CHECK_FALSE(bench.mosaic.alone());
  bench.mosaic.toggle_alone({600, 337});
  CHECK(bench.mosaic.alone() == 3U);
  CHECK(bench.mosaic.shown() == std::vector<std::size_t>{3});
  CHECK(bench.mosaic.is_stale());
  bench.draw();
  CHECK(bench.at(200, 112) == 160);
  CHECK(bench.at(600, 337) == 160);
  bench.show(0, 50);
  CHECK_FALSE(bench.mosaic.is_stale());
  bench.mosaic.toggle_alone({10, 10});
  CHECK(bench.mosaic.shown().size() == 4);
  bench.draw();
  CHECK(bench.at(200, 112) == 50);
  CHECK(bench.at(600, 337) == 160);
}

TEST_CASE("returning to the grid resets zoom and trace") {
  Bench bench(4);
  bench.mosaic.toggle_alone({600, 337});
  bench.mosaic.view(3).zoom_in({400, 225}, kWindow);
  bench.mosaic.view(3).toggle_trace();
  bench.draw();
  bench.mosaic.toggle_alone({});
  bench.draw();
  CHECK_FALSE(bench.mosaic.view(3).has_trace());
  CHECK(bench.at(600, 337) == 160);
  CHECK(bench.at(780, 240) == 160);
}

TEST_CASE("beside the pictures, the mouse selects the nearest camera") {
  Bench bench(2);  // side by side, with room above and below
  CHECK(bench.mosaic.nearest_to({100, 0}) == 0);
  CHECK(bench.mosaic.nearest_to({700, 449}) == 1);
  CHECK(bench.mosaic.nearest_to({-50, 2000}) == 0);
}

TEST_CASE("the wanted size is the shown size in the grid, and full size for a camera alone") {
  Bench bench(4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(bench.mosaic.view(i).wanted_size().width == Approx(400).margin(4));
    CHECK(bench.mosaic.view(i).wanted_size().height == Approx(225).margin(4));
  }
  bench.mosaic.toggle_alone({600, 112});
  bench.draw();
  CHECK(bench.mosaic.view(1).wanted_size() == PictureSize{});
  CHECK(bench.mosaic.view(0).wanted_size() == PictureSize{1, 1});
  bench.mosaic.toggle_alone({});
  bench.draw();
  CHECK(bench.mosaic.view(1).wanted_size().width == Approx(400).margin(4));
}

TEST_CASE("a picture decoded at a smaller scale keeps its place") {
  Bench bench(4);
  ShownFrame frame = make_frame(200, {160, 90});
  frame.jpeg_size = {320, 180};
  bench.mosaic.view(0).show(std::move(frame), {});
  bench.draw();
  CHECK(bench.at(200, 112) == 200);
  CHECK(bench.at(20, 20) == 200);
  CHECK(bench.mosaic.view(0).wanted_size().width == Approx(400).margin(4));
}

TEST_CASE("a single camera fills the window and is always alone") {
  Bench bench(1);
  CHECK(bench.mosaic.alone() == 0U);
  bench.mosaic.toggle_alone({5, 5});
  CHECK(bench.mosaic.alone() == 0U);
  CHECK(bench.mosaic.view(0).wanted_size() == PictureSize{});
  CHECK(bench.at(5, 5) == 100);
  CHECK(bench.at(795, 445) == 100);
}

TEST_CASE("a mosaic can be drawn in windows of any size, down to one pixel") {
  Bench bench(9);
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(1920, 1080), cv::Size(3, 700), kWindow}) {
    cv::Mat image(size, CV_8UC3);
    bench.mosaic.draw(image);
  }
  bench.draw();
  CHECK(bench.at(400, 225) == Bench::grey_of(4));
}

}  // namespace
}  // namespace jpegwire::mosaic_test
