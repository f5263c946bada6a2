#include "viewer/window/mosaic_layout.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "viewer/window/zoom.hpp"

namespace jpegwire::mosaic_layout_test {
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

}  // namespace
}  // namespace jpegwire::mosaic_layout_test
