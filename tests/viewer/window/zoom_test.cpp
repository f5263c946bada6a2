#include "viewer/window/zoom.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::zoom_test {
namespace {

/// The point of the picture at this point of the view.
cv::Point2d under(const Zoom& zoom, cv::Point2d point) {
  const cv::Rect2d part = zoom.part();
  return {part.x + point.x * part.width, part.y + point.y * part.height};
}

TEST_CASE("the point under the mouse stays in place when zooming in and out") {
  const cv::Point2d mouse(0.8, 0.3);
  Zoom zoom;
  for (int i = 0; i < 7; ++i) zoom.zoom_in(mouse);
  CHECK(under(zoom, mouse).x == Approx(0.8));
  CHECK(under(zoom, mouse).y == Approx(0.3));
  const cv::Point2d other(0.4, 0.6);
  const cv::Point2d seen = under(zoom, other);
  zoom.zoom_in(other);
  CHECK(under(zoom, other).x == Approx(seen.x));
  CHECK(under(zoom, other).y == Approx(seen.y));
  zoom.zoom_out(other);
  CHECK(under(zoom, other).x == Approx(seen.x));
}

TEST_CASE("the zoom factor goes up to 16, and back to the whole picture") {
  Zoom zoom;
  CHECK(zoom.is_whole());
  CHECK(zoom.describe() == "zoom 1x");
  zoom.zoom_in({0.5, 0.5});
  CHECK(zoom.describe() == "zoom 1.4x");
  zoom.zoom_in({0.5, 0.5});
  CHECK(zoom.describe() == "zoom 2x");
  CHECK(zoom.part() ==
        cv::Rect2d(zoom.part().x, zoom.part().y, zoom.part().width, zoom.part().width));
  CHECK(zoom.part().width == Approx(0.5));
  for (int i = 0; i < 20; ++i) zoom.zoom_in({1, 1});
  CHECK(zoom.describe() == "zoom 16x");
  CHECK(zoom.part().width == Approx(1.0 / 16));
  CHECK(zoom.part().br().x <= 1.0 + 1e-9);
  for (int i = 0; i < 8; ++i) zoom.zoom_out({0, 0});
  CHECK(zoom.is_whole());
  CHECK(zoom.part() == cv::Rect2d(0, 0, 1, 1));
  zoom.zoom_in({1, 0});
  zoom.reset();
  CHECK(zoom.part() == cv::Rect2d(0, 0, 1, 1));
}

TEST_CASE("the zoomed part is always inside the picture") {
  Zoom zoom;
  for (const cv::Point2d point : {cv::Point2d(0, 0), cv::Point2d(1, 1), cv::Point2d(0, 1)}) {
    for (int i = 0; i < 5; ++i) zoom.zoom_in(point);
    for (int i = 0; i < 3; ++i) zoom.zoom_out({1 - point.x, 1 - point.y});
    CHECK(zoom.part().x >= 0);
    CHECK(zoom.part().y >= 0);
    CHECK(zoom.part().br().x <= 1 + 1e-9);
    CHECK(zoom.part().br().y <= 1 + 1e-9);
  }
}

/// The brightness of each pixel is its column.
cv::Mat ramp(cv::Size size) {
  cv::Mat picture(size, CV_8UC3);
  for (int x = 0; x < size.width; ++x)
    picture.col(x).setTo(cv::Scalar::all(x * 255.0 / (size.width - 1)));
  return picture;
}

TEST_CASE("a part that begins between two pixels is scaled to its exact place") {
  const cv::Mat picture = ramp({256, 64});
  for (const double x : {0.0, 0.101, 0.4567, 0.9}) {
    const double width = 0.0625;
    const double left = std::min(x, 1 - width);
    cv::Mat view(200, 800, CV_8UC3);
    scale_part(picture, {left, 0.2, width, width}, view);
    for (const int at : {60, 400, 740}) {
      const double wanted = (left + width * (at + 0.5) / 800) * 256 - 0.5;
      CAPTURE(x, at);
      CHECK(view.at<cv::Vec3b>(100, at)[0] == Approx(wanted).margin(1));
    }
  }
}

TEST_CASE("the whole picture is copied or scaled, even a tiny one") {
  const cv::Mat picture = ramp({64, 48});
  cv::Mat same(48, 64, CV_8UC3);
  scale_part(picture, {0, 0, 1, 1}, same);
  CHECK(cv::norm(picture, same, cv::NORM_INF) == 0);
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(3, 200), cv::Size(500, 2)}) {
    cv::Mat view(size, CV_8UC3);
    scale_part(picture, {0.3, 0.3, 0.0625, 0.0625}, view);
    cv::Mat one(1, 1, CV_8UC3, cv::Scalar::all(77));
    scale_part(one, {0.9, 0.9, 0.0625, 0.0625}, view);
    CHECK(view.at<cv::Vec3b>(0, 0) == cv::Vec3b(77, 77, 77));
  }
}

}  // namespace
}  // namespace jpegwire::zoom_test
