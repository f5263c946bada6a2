#include "viewer/window/mosaic.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "support/view_bench.hpp"
#include "viewer/window/zoom.hpp"

namespace jpegwire::mosaic_test {
namespace {

using Tiles = std::vector<cv::Rect>;
using Sizes = std::vector<cv::Size>;

const cv::Size kWide{1920, 1080};
const cv::Size kOld{640, 480};

Tiles layout(std::size_t cameras, cv::Size window, cv::Size picture = kWide, int gap = 0) {
  return mosaic_layout(Sizes(cameras, picture), window, gap);
}

std::size_t columns_of(const Tiles& tiles) {
  return static_cast<std::size_t>(
      std::ranges::count(tiles, tiles.front().y, [](const cv::Rect& tile) { return tile.y; }));
}

double share_shown(const Tiles& tiles, cv::Size picture, cv::Size window) {
  double shown = 0;
  for (const cv::Rect& tile : tiles) shown += scaled_to_fit(picture, tile.size()).area();
  return shown / window.area();
}

TEST_CASE("four and nine pictures of the window's shape fill the window") {
  for (const auto& [cameras, columns] : {std::pair(1, 1), std::pair(4, 2), std::pair(9, 3)}) {
    const Tiles tiles = layout(static_cast<std::size_t>(cameras), kWide);
    CHECK(columns_of(tiles) == static_cast<std::size_t>(columns));
    CHECK(share_shown(tiles, kWide, kWide) == Approx(1));
  }
  CHECK(layout(4, {640, 360}) ==
        Tiles{{0, 0, 320, 180}, {320, 0, 320, 180}, {0, 180, 320, 180}, {320, 180, 320, 180}});
}

TEST_CASE("two pictures are side by side in a wide window, and one above the other in a high one") {
  CHECK(layout(2, {1600, 450}) == Tiles{{0, 0, 800, 450}, {800, 0, 800, 450}});
  CHECK(layout(2, {800, 900}) == Tiles{{0, 0, 800, 450}, {0, 450, 800, 450}});
}

TEST_CASE("no other number of columns shows the pictures larger") {
  const auto picture = GENERATE(as<cv::Size>{}, kWide, kOld, cv::Size(480, 640));
  const auto window =
      GENERATE(as<cv::Size>{}, kWide, cv::Size(800, 600), cv::Size(600, 1000), cv::Size(3000, 500));
  const int cameras = GENERATE(2, 3, 5, 6, 7, 8, 12, 16, 17);
  CAPTURE(picture, window, cameras);
  const double shown =
      share_shown(layout(static_cast<std::size_t>(cameras), window, picture), picture, window);
  for (int columns = 1; columns <= cameras; ++columns) {
    const int rows = (cameras + columns - 1) / columns;
    const cv::Size cell(window.width / columns, window.height / rows);
    const double other = 1.0 * cameras * scaled_to_fit(picture, cell).area() / window.area();
    CHECK(shown >= 0.99 * other);  // up to the rounding to whole pixels
  }
}

TEST_CASE("tiles are inside the window and do not overlap") {
  const int cameras = GENERATE(range(1, 20));
  const auto window = GENERATE(as<cv::Size>{}, kWide, cv::Size(801, 599), cv::Size(333, 1001));
  constexpr int kGap = 4;
  CAPTURE(cameras, window);
  Sizes pictures;
  for (int i = 0; i < cameras; ++i) pictures.push_back(i % 3 == 0 ? kOld : kWide);
  const Tiles tiles = mosaic_layout(pictures, window, kGap);
  REQUIRE(tiles.size() == pictures.size());
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    CHECK((tiles[i] & cv::Rect({}, window)) == tiles[i]);
    CHECK(tiles[i].size() == tiles[0].size());
    for (std::size_t other = 0; other < i; ++other) {
      const cv::Rect with_gap = tiles[i] + cv::Size(kGap, kGap);
      CHECK((with_gap & tiles[other]).empty());
    }
  }
}

TEST_CASE("a last row with fewer pictures is centred") {
  const Tiles tiles = layout(3, {800, 450});
  REQUIRE(columns_of(tiles) == 2);
  CHECK(tiles[2] == cv::Rect(200, 225, 400, 225));
}

TEST_CASE("pictures that do not fill the window are close together in its middle") {
  const Tiles tiles = layout(2, {1000, 1000}, {500, 100}, 10);
  CHECK(tiles == Tiles{{0, 295, 1000, 200}, {0, 505, 1000, 200}});
}

TEST_CASE("a camera without a picture gets the room that its picture will need") {
  const Sizes unknown(4, cv::Size());
  CHECK(mosaic_layout(unknown, kWide, 0) == layout(4, kWide));
  const Sizes some{kOld, {}, kOld, {}};
  CHECK(mosaic_layout(some, {800, 600}, 0) == layout(4, {800, 600}, kOld));
}

TEST_CASE("a very small window has at least a pixel for each camera") {
  const Tiles tiles = layout(9, {2, 2});
  REQUIRE(tiles.size() == 9);
  for (const cv::Rect& tile : tiles) CHECK_FALSE(tile.empty());
}

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

TEST_CASE("a long notice leaves a camera's name legible") {
  Bench bench(9);
  const auto name_of = [&](const std::string& notice) {
    bench.mosaic.view(0).show_notice(notice);
    bench.draw();
    return bench.image(cv::Rect(5, 5, 60, 12)).clone();
  };
  const cv::Mat name = name_of("no frame");
  std::string sentence = "cannot connect to tcp://camera0:2500: Connection refused";
  for (int i = 0; i < 5; ++i) sentence += "; is jpegwire-sender running there";
  CHECK(cv::norm(name, name_of(sentence), cv::NORM_INF) == 0);
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

TEST_CASE("the shown size is that of the drawing, and a hidden camera shows almost nothing") {
  Bench bench(4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(bench.mosaic.view(i).shown_size().width == Approx(400).margin(4));
    CHECK(bench.mosaic.view(i).shown_size().height == Approx(225).margin(4));
  }
  bench.mosaic.toggle_alone({600, 112});
  CHECK(bench.mosaic.view(1).shown_size().width == Approx(400).margin(4));  // until it is drawn
  bench.draw();
  CHECK(bench.mosaic.view(1).shown_size() == PictureSize{800, 450});
  CHECK(bench.mosaic.view(0).shown_size() == PictureSize{1, 1});
  bench.mosaic.toggle_alone({});
  bench.draw();
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(bench.mosaic.view(i).shown_size().width == Approx(400).margin(4));
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
