#include "viewer/window/arrival_trace.hpp"

#include <catch2/catch.hpp>

#include "support/arrivals.hpp"

namespace jpegwire::arrival_trace_test {
namespace {

using namespace test;

constexpr cv::Rect::value_type kRowWidth = 400;
const cv::Rect kRow(10, 20, kRowWidth, 30);

TEST_CASE("each read is a block with the width of its bytes and the colour of its time") {
  ArrivalTrace trace;
  trace.add(make_arrival({100, 50, 50}));
  REQUIRE(trace.scale() == milliseconds(2));
  CHECK(trace.blocks(0, kRow) == std::vector<ArrivalTrace::Block>{
                                     {{10, 20, 200, 30}, ArrivalTrace::colour_at(0)},
                                     {{210, 20, 100, 30}, ArrivalTrace::colour_at(0.5)},
                                     {{310, 20, 100, 30}, ArrivalTrace::colour_at(1)},
                                 });
}

TEST_CASE("rows share the scales of bytes and of time, so that frames can be compared") {
  ArrivalTrace trace;
  trace.add(make_arrival({100, 100, 100, 100}));
  trace.add(make_arrival({50, 50}));
  CHECK(trace.scale() == milliseconds(5));
  const auto newest = trace.blocks(0, kRow);
  const auto oldest = trace.blocks(1, kRow);
  REQUIRE(newest.size() == 2);
  REQUIRE(oldest.size() == 4);
  CHECK(newest[1].area.br().x == 110);
  CHECK(oldest[3].area.br().x == 410);
  CHECK(newest[1].colour == oldest[1].colour);
}

TEST_CASE("only the last frames are kept") {
  ArrivalTrace trace;
  CHECK(trace.newest() == nullptr);
  CHECK(trace.blocks(0, kRow).empty());
  CHECK(trace.band_ends(kRow).empty());
  CHECK(trace.tints().empty());
  trace.add(make_arrival({1000}));
  for (std::size_t i = 0; i < ArrivalTrace::kHistory; ++i) trace.add(make_arrival({100}));
  for (std::size_t age = 0; age < ArrivalTrace::kHistory; ++age)
    CHECK(trace.blocks(age, kRow)[0].area.width == kRowWidth);
}

TEST_CASE("reads narrower than a pixel share one and leave no gap") {
  ArrivalTrace trace;
  trace.add(make_arrival(std::vector<std::size_t>(4000, 1)));
  int x = kRow.x;
  for (const ArrivalTrace::Block& block : trace.blocks(0, kRow)) {
    CHECK(block.area.x == x);
    x = block.area.br().x;
  }
  CHECK(x == kRow.br().x);
}

TEST_CASE("a band has the colour of the read that completed it") {
  ArrivalTrace trace;
  trace.add(make_arrival({100, 50, 50}));  // bands end at 50, 100, 150 and 200
  const cv::Vec3b first = ArrivalTrace::colour_at(0);
  CHECK(trace.tints() == std::vector<ArrivalTrace::Tint>{{0, 10, first},
                                                         {10, 10, first},
                                                         {20, 10, ArrivalTrace::colour_at(0.5)},
                                                         {30, 10, ArrivalTrace::colour_at(1)}});
  CHECK(trace.band_ends(kRow) == std::vector<int>{110, 210, 310, 410});
}

TEST_CASE("the tint mixes each pixel with a quarter of the colour, also in rows of odd length") {
  ArrivalTrace trace;
  trace.add(make_arrival({100, 100}, 2));
  for (const int width : {101, 64, 96}) {
    cv::Mat picture(80, width, CV_8UC3, cv::Scalar(200, 100, 0));
    trace.draw_tint(picture);
    const cv::Vec3b late = ArrivalTrace::colour_at(1);
    for (const int x : {width - 1, width - 2, width / 2}) {
      const cv::Vec3b pixel = picture.at<cv::Vec3b>(70, x);
      CAPTURE(width, x);
      CHECK(std::abs(pixel[0] - (150 + late[0] / 4)) <= 2);
      CHECK(std::abs(pixel[1] - (75 + late[1] / 4)) <= 2);
      CHECK(std::abs(pixel[2] - late[2] / 4) <= 2);
    }
  }
}

TEST_CASE("rows lie below each other inside the strip") {
  for (const cv::Size view : {cv::Size(1280, 900), cv::Size(320, 300), cv::Size(3840, 2400)}) {
    const cv::Size strip(view.width, ArrivalTrace::strip_height(view));
    int bottom = 0;
    for (std::size_t age = 0; age < ArrivalTrace::kHistory; ++age) {
      const cv::Rect row = ArrivalTrace::row_area(age, strip);
      CHECK(row.y > bottom);
      CHECK(row.br().x <= strip.width);
      bottom = row.br().y;
    }
    CHECK(bottom < strip.height);
  }
}

TEST_CASE("the strip's text does not overlap its rows in a view of any size") {
  const cv::Size size = GENERATE(cv::Size(160, 220), cv::Size(320, 300), cv::Size(1280, 900));
  ArrivalTrace trace;
  trace.add(make_arrival({123'456}));
  cv::Mat view(size, CV_8UC3, cv::Scalar::all(99));
  const int height = ArrivalTrace::strip_height(size);
  const cv::Rect strip(0, size.height - height, size.width, height);
  trace.draw_strip(view, strip);
  const cv::Rect row = ArrivalTrace::row_area(0, strip.size()) + strip.tl();
  for (int y = row.y; y < row.br().y; ++y)
    for (int x = row.x; x < row.br().x - 1; ++x)
      REQUIRE(view.at<cv::Vec3b>(y, x) == ArrivalTrace::colour_at(0));
}

TEST_CASE("the strip is drawn inside its area in a view of any size") {
  ArrivalTrace trace;
  for (int i = 0; i < 3; ++i) trace.add(make_arrival({100, 50, 50}));
  cv::Mat view(400, 640, CV_8UC3, cv::Scalar::all(99));
  trace.draw_strip(view, {0, 240, 640, 160});
  CHECK(view.at<cv::Vec3b>(239, 320) == cv::Vec3b(99, 99, 99));
  const cv::Rect row = ArrivalTrace::row_area(0, {640, 160});
  CHECK(view.at<cv::Vec3b>(240 + row.y + 1, row.x + 5) == ArrivalTrace::colour_at(0));
  cv::Mat tiny(5, 3, CV_8UC3, cv::Scalar::all(99));
  trace.draw_strip(tiny, {0, 3, 3, 2});
  trace.draw_tint(tiny);
}

}  // namespace
}  // namespace jpegwire::arrival_trace_test
