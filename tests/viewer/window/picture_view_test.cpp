#include "viewer/window/picture_view.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/view_bench.hpp"

namespace jpegwire::picture_view_test {
namespace {

using std::chrono::seconds;
using Bench = ViewBench;

RecordingState recording_of(int length_seconds) {
  return {.length = seconds(length_seconds), .is_writing = true};
}

TEST_CASE("a view draws the picture in its middle on a dark background") {
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

TEST_CASE("a view draws nothing outside its part of the window") {
  Bench bench;
  bench.show(200);
  bench.view.show_recording(recording_of(5));
  bench.view.toggle_freeze();
  cv::Mat window(800, 1000, CV_8UC3, cv::Scalar::all(77));
  const cv::Rect part(300, 200, 400, 300);
  cv::Mat image = window(part);
  bench.view.draw(image);
  CHECK(middle(image) == 200);
  window(part).setTo(cv::Scalar::all(77));
  CHECK(is_all(window, 77));
}

TEST_CASE("a picture that fills the view unscaled is drawn on without a copy, and restored") {
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

TEST_CASE("a shared picture is not drawn on") {
  Bench bench;
  const auto picture = std::make_shared<Picture>();
  picture->resize(PixelFormat::bgr, kView.width, kView.height);
  std::ranges::fill(picture->pixels, std::byte{200});
  ShownFrame frame;
  frame.picture = std::shared_ptr<const Picture>(picture);
  bench.view.show(std::move(frame), kFigures);
  CHECK_FALSE(bench.view.draw_in_place(kView));
  CHECK(middle(bench.draw()) == 200);
  CHECK(std::ranges::all_of(picture->pixels, [](std::byte b) { return b == std::byte{200}; }));
}

TEST_CASE("a frozen picture stays and is marked, and afterwards the newest one is shown at once") {
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

TEST_CASE("the age of a frozen picture grows although the stream is fresh") {
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

TEST_CASE("a toast is shown for three seconds, and then the view is drawn again") {
  Bench bench;
  bench.without_figures();
  bench.show(200);
  bench.view.show_message("saved /home/somebody/jpegwire.jpg");
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

TEST_CASE("a toast with a very long path fits into the view") {
  Bench bench;
  bench.without_figures();
  bench.show(200);
  bench.view.show_message("saved /home/" + std::string(1000, 'x') + "/jpegwire.jpg");
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
  bench.view.show_message("saved /tmp/jpegwire.jpg");
  const cv::Mat toast = bench.draw(small).clone();
  CHECK(is_all(toast(cv::Rect(0, 0, 208, 70)), 200));
  bench.now += seconds(3);
  CHECK(cv::norm(figures, bench.draw(small), cv::NORM_INF) == 0);
}

TEST_CASE("during a recording a red sign shows its duration, even without figures") {
  Bench bench;
  bench.without_figures();
  bench.show(200);
  bench.draw();
  bench.view.show_recording(recording_of(0));
  CHECK(bench.view.is_stale());
  const cv::Mat first = bench.draw();
  CHECK(has_red(first(kUpperRight)));
  bench.view.show_recording(recording_of(0));
  CHECK_FALSE(bench.view.is_stale());
  bench.view.show_recording(recording_of(3601));
  CHECK(bench.view.is_stale());
  CHECK(cv::norm(first, bench.draw(), cv::NORM_INF) > 0);
  bench.view.show_recording(std::nullopt);
  CHECK(is_all(bench.draw(), 200));
}

TEST_CASE("a recording that writes nothing has another sign than one that does") {
  Bench bench;
  bench.without_figures();
  bench.show(200);
  bench.view.show_recording(RecordingState{});
  CHECK(bench.view.is_recorded());
  const cv::Mat waiting = bench.draw();
  CHECK_FALSE(is_all(waiting(kUpperRight), 200));
  CHECK_FALSE(has_red(waiting(kUpperRight)));
  bench.view.show_recording(recording_of(0));
  CHECK(has_red(bench.draw()(kUpperRight)));
  bench.view.show_recording(RecordingState{.length = seconds(7), .is_writing = false});
  CHECK_FALSE(has_red(bench.draw()(kUpperRight)));
}

TEST_CASE("signs do not overlap figures that are as wide as the view") {
  Bench bench;
  const cv::Size size(320, 240);
  bench.view.show(make_frame(200, size), kFigures);
  const cv::Mat figures = bench.draw(size).clone();
  bench.view.show_recording(recording_of(5));
  const cv::Mat both = bench.draw(size);
  int changed_from = 0;
  while (changed_from < 240 &&
         cv::norm(figures.row(changed_from), both.row(changed_from), cv::NORM_INF) == 0)
    ++changed_from;
  REQUIRE(changed_from < 100);
  CHECK(is_all(figures.row(changed_from), 200));
}

TEST_CASE("the overlay shows one line of figures, all figures, or none") {
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

TEST_CASE("figures change slowly enough to be read") {
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

TEST_CASE("a notice dims a live picture; with a frozen one it is a toast") {
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

TEST_CASE("an old picture is marked with its age in every figures mode") {
  const auto level = GENERATE(Overlay::Level::small, Overlay::Level::full, Overlay::Level::off);
  Bench bench;
  bench.view.show_overlay(level);
  bench.show(200);
  LiveFigures figures = kFigures;
  figures.age_ms = GENERATE(std::optional<double>(), std::optional<double>(4000));
  CHECK_FALSE(has_red(bench.draw()));
  figures.last_picture = seconds(4);
  bench.now += seconds(4);
  bench.view.refresh(figures);
  CHECK(bench.view.is_stale());
  const cv::Mat four = bench.draw();
  CHECK(has_red(four));
  figures.last_picture = seconds(5);
  bench.view.refresh(figures);
  CHECK(cv::norm(four, bench.draw(), cv::NORM_INF) > 100);
  bench.now += seconds(1);
  bench.show(200);
  CHECK_FALSE(has_red(bench.draw()));
}

TEST_CASE("a notice says how old the last picture is, and follows it") {
  Bench bench;
  bench.show(200);
  bench.view.show_notice("the sender has gone; reconnecting");
  const cv::Mat without = bench.draw().clone();
  CHECK_FALSE(bench.view.is_stale());
  LiveFigures figures = kFigures;
  const auto draw_at = [&](int age_seconds) {
    figures.last_picture = seconds(age_seconds);
    bench.view.refresh(figures);
    CHECK(bench.view.is_stale());
    return bench.draw().clone();
  };
  const cv::Mat first = draw_at(13);
  CHECK(cv::norm(without, first, cv::NORM_INF) > 0);
  bench.view.refresh(figures);
  CHECK_FALSE(bench.view.is_stale());
  CHECK(cv::norm(first, draw_at(14), cv::NORM_INF) > 0);
}

TEST_CASE("before the first picture a notice has no age") {
  Bench bench;
  bench.view.show_notice("waiting for tcp://camera:2500");
  const cv::Mat before = bench.draw().clone();
  LiveFigures figures;
  figures.last_picture = seconds(14);
  bench.view.refresh(figures);
  CHECK(cv::norm(before, bench.draw(), cv::NORM_INF) == 0);
}

TEST_CASE("a card is named in red, and its age is not shown, frozen or not") {
  Bench bench;
  LiveFigures figures = kFigures;
  figures.no_signal = true;
  ShownFrame card = make_frame(0, kView, bench.now);
  card.no_signal = true;
  bench.view.show(std::move(card), figures);
  CHECK(has_red(bench.draw()(kUpperLeft)));
  bench.view.toggle_freeze();
  bench.now += milliseconds(300);
  bench.view.show(make_frame(0, kView, bench.now), kFigures);
  CHECK(has_red(bench.draw()(kUpperLeft)));
  bench.view.toggle_freeze();
  bench.now += milliseconds(300);
  bench.view.show(make_frame(0, kView, bench.now), kFigures);
  CHECK_FALSE(has_red(bench.draw()(kUpperLeft)));
}

TEST_CASE("a view of any size can draw everything", "[no_tsan]") {
  const cv::Size size = GENERATE(cv::Size(1, 1), cv::Size(7, 300), cv::Size(300, 7),
                                 cv::Size(64, 48), cv::Size(3840, 2160));
  const bool is_noticed = GENERATE(false, true);
  Bench bench(
      {.source = "tcp://a-camera-with-a-long-name.local:2500", .trace = true, .caption = true});
  bench.draw(size);
  bench.view.next_overlay();
  bench.view.show(with_arrival(make_frame(200, {320, 240})), kFigures);
  bench.view.show_recording(recording_of(100));
  bench.view.zoom_in({size.width / 2, size.height / 2}, size);
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
}  // namespace jpegwire::picture_view_test
