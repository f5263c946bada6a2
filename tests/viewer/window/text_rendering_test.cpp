#include "viewer/window/text_rendering.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace jpegwire::text_rendering_test {
namespace {

const TextMetrics kMetrics(12);

cv::Mat written(std::string_view text, cv::Point place = {20, 40}) {
  Blend blend{cv::Mat(60, 400, CV_8UC3, cv::Scalar::all(255)), cv::Mat::zeros(60, 400, CV_8UC3)};
  TextRenderer().write(blend, text, kMetrics, place, {255, 255, 255});
  cv::Mat picture = cv::Mat::zeros(60, 400, CV_8UC3);
  blend.apply_to(picture);
  return picture;
}

/// The pixels that are not black.
cv::Rect ink(const cv::Mat& picture) {
  cv::Mat grey;
  cv::extractChannel(picture, grey, 0);
  std::vector<cv::Point> points;
  cv::findNonZero(grey, points);
  cv::Rect area;
  for (const cv::Point point : points)
    area = area.empty() ? cv::Rect(point, cv::Size(1, 1)) : area | cv::Rect(point, cv::Size(1, 1));
  return area;
}

TEST_CASE("text is on its baseline and has the height and width of its metrics") {
  const cv::Rect area = ink(written("HELLO"));
  CHECK(std::abs(area.br().y - 40) <= 2);
  CHECK(std::abs(area.height - 12) <= 3);
  CHECK(area.x >= 19);
  CHECK(std::abs(area.br().x - 20 - kMetrics.width_of("HELLO")) <= 4);
}

TEST_CASE("each letter beyond ASCII is one question mark") {
  CHECK(kMetrics.width_of("Zürich") == kMetrics.width_of("Z?rich"));
  CHECK(cv::norm(written("日本"), written("??"), cv::NORM_INF) == 0);
  CHECK(cv::norm(written("a\nb\x7f"), written("ab"), cv::NORM_INF) == 0);
}

TEST_CASE("signs are drawn among letters") {
  CHECK_FALSE(ink(written(std::string(1, kDot))).empty());
  CHECK_FALSE(ink(written(std::string(1, kPause))).empty());
  CHECK(kMetrics.width_of(std::string(1, kDot) + " REC") > kMetrics.width_of(" REC"));
}

TEST_CASE("text outside the picture is clipped") {
  for (const cv::Point place :
       {cv::Point(-30, 40), cv::Point(390, 40), cv::Point(20, -5), cv::Point(20, 64)})
    written("outside", place);
  CHECK(ink(written("x", {1000, 1000})).empty());
}

TEST_CASE("a sentence is broken between words") {
  const std::string sentence = "no frame from tcp://camera.local:2500 within 5 s";
  const auto lines = wrapped(sentence, kMetrics, 250);
  REQUIRE(lines.size() > 1);
  std::string joined;
  for (const std::string& line : lines) {
    CHECK(kMetrics.width_of(line) <= 250);
    joined += (joined.empty() ? "" : " ") + line;
  }
  CHECK(joined == sentence);
}

TEST_CASE("a path that is too long is shortened in its middle") {
  const std::string path = "/home/somebody/" + std::string(300, 'x') + "/jpegwire-2026.jpg";
  const auto lines = wrapped("saved " + path, kMetrics, 300);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "saved");
  CHECK(kMetrics.width_of(lines[1]) <= 300);
  CHECK(kMetrics.width_of(lines[1]) > 250);
  CHECK(lines[1].starts_with("/home"));
  CHECK(lines[1].find("...") != std::string::npos);
  CHECK(lines[1].ends_with("2026.jpg"));
  CHECK(wrapped(path, kMetrics, 1).size() == 1);
}

}  // namespace
}  // namespace jpegwire::text_rendering_test
