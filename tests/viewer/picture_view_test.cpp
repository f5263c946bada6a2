#include "viewer/picture_view.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/arrivals.hpp"

namespace jpegwire {
namespace {

using std::chrono::seconds;

constexpr LiveFigures kFigures{.frames_per_second = 30,
                               .age_ms = 7.1,
                               .megabits_per_second = 8.9,
                               .width = 640,
                               .height = 360};

const cv::Size kView(640, 360);

ShownFrame make_frame(int grey, cv::Size size = kView,
                      std::optional<WallTime> capture_time = std::nullopt) {
  ShownFrame frame;
  frame.picture = std::make_shared<Picture>();
  frame.picture->width = size.width;
  frame.picture->height = size.height;
  frame.picture->pixels.assign(static_cast<std::size_t>(size.area()) * 3,
                               static_cast<std::byte>(grey));
  frame.capture_time = capture_time;
  return frame;
}

/// A view whose time passes only where a test says so.
struct Bench {
  explicit Bench(const PictureViewSettings& settings = {.source = "tcp://camera:2500"})
      : view(settings, [this] { return now; }) {}

  WallTime now{seconds{1'000'000}};
  PictureView view;

  void show(int grey) { view.show(make_frame(grey), kFigures); }

  /// Without the figures, so that nothing is drawn that is not meant.
  void without_figures() {
    view.next_overlay();
    view.next_overlay();
    now += seconds(10);  // what was told so has gone
  }

  cv::Mat draw(cv::Size size = kView) {
    cv::Mat image(size, CV_8UC3, cv::Scalar(1, 2, 3));
    view.draw(image);
    return image;
  }
};

bool is_all(const cv::Mat& image, int grey) {
  return cv::norm(image, cv::Mat(image.size(), CV_8UC3, cv::Scalar::all(grey)), cv::NORM_INF) == 0;
}

int middle(const cv::Mat& image) { return image.at<cv::Vec3b>(image.rows / 2, image.cols / 2)[1]; }

// Where a view of 640x360 has its toasts and its signs.
const cv::Rect kLowerEdge(0, 320, 640, 40);
const cv::Rect kUpperRight(320, 0, 320, 40);
const cv::Rect kUpperLeft(0, 0, 320, 200);

bool has_red(const cv::Mat& image) {
  for (const cv::Vec3b& pixel : cv::Mat_<cv::Vec3b>(image))
    if (pixel[2] > 220 && pixel[0] < 120 && pixel[1] < 120) return true;
  return false;
}

TEST_CASE("a view draws the picture in its middle, and dark around it") {
  Bench bench;
  bench.without_figures();
  bench.show(200);
  CHECK(is_all(bench.draw(), 200));
  const cv::Mat wide = bench.draw({1000, 360});
  CHECK(is_all(wide(cv::Rect(0, 0, 179, 360)), 24));
  CHECK(is_all(wide(cv::Rect(181, 0, 638, 360)), 200));
  CHECK(is_all(wide(cv::Rect(821, 0, 179, 360)), 24));
  const cv::Mat high = bench.draw({640, 500});
  CHECK(is_all(high(cv::Rect(0, 0, 640, 69)), 24));
  CHECK(is_all(high(cv::Rect(0, 71, 640, 358)), 200));
}

TEST_CASE("a view draws nothing outside of its part of a window") {
  Bench bench;
  bench.show(200);
  bench.view.show_recording(seconds(5));
  bench.view.toggle_freeze();
  cv::Mat window(800, 1000, CV_8UC3, cv::Scalar::all(77));
  const cv::Rect part(300, 200, 400, 300);
  cv::Mat image = window(part);
  bench.view.draw(image);
  CHECK(middle(image) == 200);
  window(part).setTo(cv::Scalar::all(77));
  CHECK(is_all(window, 77));
}

TEST_CASE("where the picture fills the view as it is, nothing is copied, and it stays as it was") {
  Bench bench;
  bench.show(200);
  const std::byte* pixels = bench.view.shown().picture->pixels.data();
  std::optional<cv::Mat> image = bench.view.draw_in_place(kView);
  REQUIRE(image);
  CHECK(image->data == reinterpret_cast<const unsigned char*>(pixels));
  CHECK_FALSE(is_all(*image, 200));  // the figures
  bench.view.erase(*image);
  CHECK(is_all(*image, 200));
  CHECK_FALSE(bench.view.draw_in_place({641, 360}));
}

TEST_CASE("a picture that somebody else reads is not drawn on") {
  Bench bench;
  const ShownFrame frame = make_frame(200);
  bench.view.show(frame, kFigures);
  CHECK_FALSE(bench.view.draw_in_place(kView));
  CHECK(middle(bench.draw()) == 200);
}

TEST_CASE("a frozen picture stays, says so, and the newest follows at once") {
  Bench bench;
  bench.without_figures();
  bench.show(200);
  bench.view.toggle_freeze();
  CHECK_FALSE(bench.view.show(make_frame(90), kFigures));
  CHECK_FALSE(bench.view.show(make_frame(60), kFigures));
  bench.now += seconds(4);
  const cv::Mat frozen = bench.draw();
  CHECK(middle(frozen) == 200);
  CHECK_FALSE(is_all(frozen(kUpperRight), 200));
  bench.view.toggle_freeze();
  bench.now += seconds(4);
  CHECK(is_all(bench.draw(), 60));
  CHECK(bench.view.show(make_frame(30), kFigures));
  CHECK(is_all(bench.draw(), 30));
}

TEST_CASE("a frozen picture's age counts on, though the stream is fresh") {
  Bench bench;
  bench.view.show(make_frame(0, kView, bench.now), kFigures);
  CHECK_FALSE(has_red(bench.draw()(kUpperLeft)));
  bench.view.toggle_freeze();
  bench.draw();
  CHECK_FALSE(bench.view.is_stale());
  bench.now += seconds(2);
  CHECK(bench.view.is_stale());
  bench.view.show(make_frame(0), kFigures);
  const cv::Mat old = bench.draw()(kUpperLeft).clone();
  bench.now += seconds(2);
  CHECK(cv::norm(old, bench.draw()(kUpperLeft), cv::NORM_INF) > 100);
  bench.view.toggle_freeze();
  bench.now += seconds(1);
  bench.view.show(make_frame(0), kFigures);
  CHECK_FALSE(has_red(bench.draw()(kUpperLeft)));
}

TEST_CASE("there is nothing to freeze before the first picture") {
  Bench bench;
  bench.view.toggle_freeze();
  CHECK(bench.view.show(make_frame(200), kFigures));
}

TEST_CASE("a toast stands for three seconds, and then the view has to be drawn again") {
  Bench bench;
  bench.without_figures();
  bench.show(200);
  bench.view.tell("saved /home/somebody/jpegwire.jpg");
  CHECK(bench.view.is_stale());
  const cv::Mat told = bench.draw();
  CHECK_FALSE(is_all(told(kLowerEdge), 200));
  CHECK(is_all(told(cv::Rect(0, 0, 640, 320)), 200));
  CHECK_FALSE(bench.view.is_stale());
  bench.now += seconds(2);
  CHECK_FALSE(bench.view.is_stale());
  bench.now += seconds(1);
  CHECK(bench.view.is_stale());
  CHECK(is_all(bench.draw(), 200));
}

TEST_CASE("a toast with a very long path fits") {
  Bench bench;
  bench.without_figures();
  bench.show(200);
  bench.view.tell("saved /home/" + std::string(1000, 'x') + "/jpegwire.jpg");
  const cv::Mat told = bench.draw();
  CHECK(is_all(told(cv::Rect(0, 0, 640, 290)), 200));
  CHECK(is_all(told.colRange(0, 3), 200));
  CHECK(is_all(told.colRange(637, 640), 200));
}

TEST_CASE("a toast never covers the figures") {
  Bench bench;
  bench.view.next_overlay();  // all of them, which fill a small view
  bench.now += seconds(10);
  const cv::Size small(208, 117);
  bench.show(200);
  const cv::Mat figures = bench.draw(small).clone();
  bench.view.tell("saved /tmp/jpegwire.jpg");
  const cv::Mat toast = bench.draw(small).clone();
  CHECK(is_all(toast(cv::Rect(0, 0, 208, 70)), 200));
  bench.now += seconds(3);
  CHECK(cv::norm(figures, bench.draw(small), cv::NORM_INF) == 0);
}

TEST_CASE("while it is recorded, a red sign says for how long, whatever the figures") {
  Bench bench;
  bench.without_figures();
  bench.show(200);
  bench.draw();
  bench.view.show_recording(seconds(0));
  CHECK(bench.view.is_stale());
  const cv::Mat first = bench.draw();
  CHECK(has_red(first(kUpperRight)));
  bench.view.show_recording(seconds(0));
  CHECK_FALSE(bench.view.is_stale());
  bench.view.show_recording(seconds(3601));
  CHECK(bench.view.is_stale());
  CHECK(cv::norm(first, bench.draw(), cv::NORM_INF) > 0);
  bench.view.show_recording(std::nullopt);
  CHECK(is_all(bench.draw(), 200));
}

TEST_CASE("signs stand clear of figures that are as wide as the view") {
  Bench bench;
  const cv::Size size(320, 240);
  bench.view.show(make_frame(200, size), kFigures);
  const cv::Mat figures = bench.draw(size).clone();
  bench.view.show_recording(seconds(5));
  const cv::Mat both = bench.draw(size);
  int changed_from = 0;
  while (changed_from < 240 &&
         cv::norm(figures.row(changed_from), both.row(changed_from), cv::NORM_INF) == 0)
    ++changed_from;
  REQUIRE(changed_from < 100);
  CHECK(is_all(figures.row(changed_from), 200));
}

TEST_CASE("figures are of one line, all, or none") {
  Bench bench;
  bench.show(200);
  const auto changed_rows = [&] {
    const cv::Mat image = bench.draw();
    int rows = 0;
    for (int y = 0; y < 300; ++y) rows += is_all(image.row(y), 200) ? 0 : 1;
    return rows;
  };
  const int small = changed_rows();
  bench.view.next_overlay();
  const int full = changed_rows();
  bench.view.next_overlay();
  CHECK(small > 0);
  CHECK(full > 4 * small);
  CHECK(changed_rows() == 0);
  bench.view.next_overlay();
  CHECK(changed_rows() == small);
}

TEST_CASE("figures in words change slowly enough to be read") {
  Bench bench;
  bench.show(200);
  const cv::Mat first = bench.draw().clone();
  LiveFigures figures = kFigures;
  figures.frames_per_second = 11;
  bench.view.refresh(figures);
  CHECK(cv::norm(first, bench.draw(), cv::NORM_INF) == 0);
  bench.now += milliseconds(250);
  CHECK(cv::norm(first, bench.draw(), cv::NORM_INF) > 0);
}

/// Dark at the left, bright at the right.
ShownFrame make_halves() {
  ShownFrame frame = make_frame(40);
  cv::Mat(kView, CV_8UC3, frame.picture->pixels.data())
      .colRange(320, 640)
      .setTo(cv::Scalar::all(220));
  return frame;
}

TEST_CASE("the zoom keeps what is under the mouse, and tells how much") {
  Bench bench;
  bench.without_figures();
  bench.view.show(make_halves(), kFigures);
  const cv::Point mouse(400, 100);
  for (int i = 0; i < 4; ++i) bench.view.zoom_nearer(mouse, kView);  // four times
  const cv::Mat near = bench.draw();
  CHECK_FALSE(is_all(near(kLowerEdge).colRange(200, 400), 40));  // the toast
  // The edge was 80 pixels to the left of the mouse: now it is 320.
  CHECK(near.at<cv::Vec3b>(100, 70)[0] == 40);
  CHECK(near.at<cv::Vec3b>(100, 90)[0] == 220);
  bench.view.zoom_further(mouse, kView);
  bench.view.reset_zoom();
  bench.now += seconds(4);
  CHECK(bench.draw().at<cv::Vec3b>(100, 310)[0] == 40);
  CHECK(bench.draw().at<cv::Vec3b>(100, 330)[0] == 220);
}

TEST_CASE("a mouse beside the picture zooms at the picture's edge") {
  Bench bench;
  bench.view.zoom_nearer({5, 5}, kView);  // before the first picture
  bench.view.reset_zoom();
  bench.without_figures();
  bench.view.show(make_halves(), kFigures);
  const cv::Size wide(1640, 360);  // the picture begins at 500
  for (int i = 0; i < 4; ++i) bench.view.zoom_nearer({20, 100}, wide);
  bench.now += seconds(4);
  CHECK(is_all(bench.draw(wide)(cv::Rect(500, 0, 640, 360)), 40));
}

ShownFrame with_arrival(ShownFrame frame) {
  auto arrival = test::make_arrival({100, 100}, 2);
  frame.arrival = arrival;
  return frame;
}

TEST_CASE("the trace takes its strip from below the picture, and tints it") {
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

TEST_CASE("the tint follows the picture when it is zoomed") {
  Bench bench;
  bench.without_figures();
  bench.view.toggle_trace();
  bench.view.show(with_arrival(make_frame(200)), kFigures);
  const cv::Size size(640, 360 + bench.view.strip_height({640, 560}));
  for (int i = 0; i < 4; ++i) bench.view.zoom_nearer({320, 300}, size);  // in the later band
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
  bench.view.show(other, kFigures);
  const cv::Mat image = bench.draw(size);
  const int strip = bench.view.strip_height(size);
  const cv::Rect row = ArrivalTrace::row_area(0, {640, strip});
  CHECK(image.at<cv::Vec3b>(560 - strip + row.y + 1, row.x + row.width / 4 + 8) ==
        ArrivalTrace::colour_at(0));
}

TEST_CASE("a notice dims the picture, but not a frozen one, which is told instead") {
  Bench bench;
  bench.show(200);
  bench.view.show_notice("the sender has gone; reconnecting");
  CHECK(bench.draw().at<cv::Vec3b>(5, 5)[0] < 100);
  bench.show(200);
  bench.view.toggle_freeze();
  bench.now += seconds(4);
  bench.draw();
  bench.view.show_notice("the sender has gone; reconnecting");
  const cv::Mat frozen = bench.draw();
  CHECK(middle(frozen) == 200);
  CHECK_FALSE(is_all(frozen(kLowerEdge), 200));
  bench.view.toggle_freeze();
  CHECK(bench.draw().at<cv::Vec3b>(180, 5)[0] < 100);
}

TEST_CASE("no size of a view, and nothing that is drawn in it, does any harm") {
  const cv::Size size = GENERATE(cv::Size(1, 1), cv::Size(7, 300), cv::Size(300, 7),
                                 cv::Size(64, 48), cv::Size(3840, 2160));
  const bool is_noticed = GENERATE(false, true);
  Bench bench(
      {.source = "tcp://a-camera-with-a-long-name.local:2500", .trace = true, .caption = true});
  bench.draw(size);
  bench.view.next_overlay();
  bench.view.show(with_arrival(make_frame(200, {320, 240})), kFigures);
  bench.view.show_recording(seconds(100));
  bench.view.zoom_nearer({size.width / 2, size.height / 2}, size);
  bench.view.toggle_freeze();
  if (is_noticed) bench.view.show_notice("the sender has gone; reconnecting");
  bench.draw(size);
  bench.view.toggle_freeze();
  bench.draw(size);
  bench.view.next_overlay();
  bench.view.toggle_trace();
  bench.draw(size);
}

}  // namespace
}  // namespace jpegwire
