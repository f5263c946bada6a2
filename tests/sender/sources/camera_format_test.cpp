#include "sender/sources/camera_format.hpp"

#include <linux/videodev2.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

namespace jpegwire::camera_format_test {
namespace {

TEST_CASE("formats are named as in V4L2") {
  CHECK(fourcc_text(V4L2_PIX_FMT_YUYV) == "YUYV");
  CHECK(fourcc_text(V4L2_PIX_FMT_YUV420) == "YU12");
  CHECK(fourcc_text(V4L2_PIX_FMT_Y16) == "Y16");
  CHECK(fourcc_text(v4l2_fourcc('a', '\x1B', '[', 'm')) == "a [m");
}

TEST_CASE("JPEGs and the usual raw formats can be used") {
  for (const std::uint32_t fourcc :
       {V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_JPEG, V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_UYVY,
        V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_GREY})
    CHECK(is_usable(fourcc));
  for (const std::uint32_t fourcc : {V4L2_PIX_FMT_H264, V4L2_PIX_FMT_HEVC, V4L2_PIX_FMT_RGB24})
    CHECK_FALSE(is_usable(fourcc));
  CHECK(pixel_format(V4L2_PIX_FMT_UYVY) == PixelFormat::uyvy);
  CHECK_FALSE(pixel_format(V4L2_PIX_FMT_MJPEG));
}

TEST_CASE("the rate set is the lowest that reaches the wanted one, else the highest") {
  const std::vector<RateRange> steps{{30, 30}, {15, 15}, {10, 10}, {7.5, 7.5}, {5, 5}};
  CHECK(choose_rate(steps, 30) == 30.0);
  CHECK(choose_rate(steps, 7) == 7.5);
  CHECK(choose_rate(steps, 8) == 10.0);
  CHECK(choose_rate(steps, 1) == 5.0);
  CHECK(choose_rate(steps, 60) == 30.0);
  CHECK(choose_rate(steps, 0) == 30.0);
  CHECK(choose_rate(std::vector<RateRange>{{29.97, 29.97}, {60, 60}}, 30) == 29.97);
  const std::vector<RateRange> range{{2, 30}};
  CHECK(choose_rate(range, 7) == 7.0);
  CHECK(choose_rate(range, 1) == 2.0);
  CHECK(choose_rate(range, 100) == 30.0);
  CHECK_FALSE(choose_rate({}, 30));
}

/// The one that is chosen, whatever the order in which the camera offers them.
std::uint32_t best_of(std::vector<FormatCandidate> candidates, const WantedFormat& wanted) {
  const auto best = [&] {
    return std::ranges::min_element(
               candidates,
               [&](const auto& one, const auto& other) { return is_better(one, other, wanted); })
        ->format.fourcc;
  };
  const std::uint32_t chosen = best();
  std::ranges::reverse(candidates);
  CHECK(best() == chosen);
  return chosen;
}

FormatCandidate candidate(std::uint32_t fourcc, PictureSize size, double rate) {
  return {{.fourcc = fourcc, .size = size}, rate};
}

TEST_CASE("the camera's JPEGs come first when they are passed through") {
  const PictureSize size{1280, 720};
  const std::vector both{candidate(V4L2_PIX_FMT_YUYV, size, 30),
                         candidate(V4L2_PIX_FMT_MJPEG, size, 30)};
  CHECK(best_of(both, {size, 30, true}) == V4L2_PIX_FMT_MJPEG);
  CHECK(best_of(both, {size, 30, false}) == V4L2_PIX_FMT_YUYV);
}

TEST_CASE("otherwise the format that reaches the size, and then the rate") {
  const PictureSize size{1920, 1080}, small{640, 480};
  CHECK(best_of({candidate(V4L2_PIX_FMT_YUYV, small, 30), candidate(V4L2_PIX_FMT_NV12, size, 5)},
                {size, 30, true}) == V4L2_PIX_FMT_NV12);
  CHECK(best_of({candidate(V4L2_PIX_FMT_YUYV, size, 5), candidate(V4L2_PIX_FMT_MJPEG, size, 30)},
                {size, 30, false}) == V4L2_PIX_FMT_MJPEG);
  CHECK(best_of({candidate(V4L2_PIX_FMT_YUYV, size, 5), candidate(V4L2_PIX_FMT_MJPEG, size, 30)},
                {size, 5, false}) == V4L2_PIX_FMT_YUYV);
  CHECK(best_of({candidate(V4L2_PIX_FMT_YUYV, size, 30), candidate(V4L2_PIX_FMT_UYVY, size, 60)},
                {size, 0, true}) == V4L2_PIX_FMT_UYVY);
}

TEST_CASE("among equals the one that costs the least, and colour before grey") {
  const PictureSize size{640, 480}, large{1280, 720};
  CHECK(best_of({candidate(V4L2_PIX_FMT_YUYV, size, 30), candidate(V4L2_PIX_FMT_YUV420, size, 30),
                 candidate(V4L2_PIX_FMT_NV12, size, 30)},
                {size, 30, true}) == V4L2_PIX_FMT_YUV420);
  CHECK(best_of({candidate(V4L2_PIX_FMT_GREY, large, 60), candidate(V4L2_PIX_FMT_YUYV, size, 30)},
                {large, 60, true}) == V4L2_PIX_FMT_YUYV);
}

}  // namespace
}  // namespace jpegwire::camera_format_test
