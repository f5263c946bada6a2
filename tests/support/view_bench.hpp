#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>

#include "support/arrivals.hpp"
#include "viewer/window/picture_view.hpp"

namespace jpegwire {

inline constexpr LiveFigures kFigures{.frames_per_second = 30,
                                      .age_ms = 7.1,
                                      .megabits_per_second = 8.9,
                                      .width = 640,
                                      .height = 360};

inline const cv::Size kView(640, 360);

inline ShownFrame make_frame(int grey, cv::Size size = kView,
                             std::optional<WallTime> capture_time = std::nullopt) {
  OwnedPicture picture = ObjectPool<Picture>().take_owned();
  picture->resize(PixelFormat::bgr, size.width, size.height);
  std::ranges::fill(picture->pixels, static_cast<std::byte>(grey));
  ShownFrame frame;
  frame.picture = std::move(picture);
  frame.capture_time = capture_time;
  return frame;
}

/// A view with a clock that only tests advance.
struct ViewBench {
  explicit ViewBench(const PictureViewSettings& settings = {.source = "tcp://camera:2500"})
      : view(settings, [this] { return now; }) {}

  WallTime now{std::chrono::seconds{1'000'000}};
  PictureView view;

  void show(int grey) { view.show(make_frame(grey), kFigures); }

  /// Hides the figures, so that only the picture is drawn.
  void without_figures() {
    view.next_overlay();
    view.next_overlay();
    now += std::chrono::seconds(10);  // the message about it has gone
  }

  cv::Mat draw(cv::Size size = kView) {
    cv::Mat image(size, CV_8UC3, cv::Scalar(1, 2, 3));
    view.draw(image);
    return image;
  }
};

inline bool is_all(const cv::Mat& image, int grey) {
  return cv::norm(image, cv::Mat(image.size(), CV_8UC3, cv::Scalar::all(grey)), cv::NORM_INF) == 0;
}

inline int middle(const cv::Mat& image) {
  return image.at<cv::Vec3b>(image.rows / 2, image.cols / 2)[1];
}

// Where a view of 640x360 has its toasts and its signs.
inline const cv::Rect kLowerEdge(0, 320, 640, 40);
inline const cv::Rect kUpperRight(320, 0, 320, 40);
inline const cv::Rect kUpperLeft(0, 0, 320, 200);

inline bool has_red(const cv::Mat& image) {
  for (const cv::Vec3b& pixel : cv::Mat_<cv::Vec3b>(image))
    if (pixel[2] > 220 && pixel[0] < 120 && pixel[1] < 120) return true;
  return false;
}

inline ShownFrame with_arrival(ShownFrame frame) {
  auto arrival = test::make_arrival({100, 100}, 2);
  frame.arrival = arrival;
  return frame;
}

}  // namespace jpegwire
