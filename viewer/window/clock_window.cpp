#include "viewer/window/clock_window.hpp"

#include <algorithm>
#include <asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <opencv2/highgui.hpp>

#include "app/end_signals.hpp"
#include "viewer/camera/clock_pattern.hpp"
#include "viewer/camera/picture_pixels.hpp"
#include "viewer/window/desktop.hpp"

namespace jpegwire {
namespace {

constexpr const char* kTitle = "jpegwire clock";

using SteadyClock = std::chrono::steady_clock;

/// The clock, as large as possible, in the middle of a white window.
class ClockWindow {
 public:
  ClockWindow() { open_window(kTitle, {kClockCells * 40, kClockCells * 40}); }
  ClockWindow(const ClockWindow&) = delete;
  ClockWindow& operator=(const ClockWindow&) = delete;
  ~ClockWindow() {
    if (is_open()) cv::destroyWindow(kTitle);
  }

  static bool is_open() { return cv::getWindowProperty(kTitle, cv::WND_PROP_VISIBLE) >= 1; }

  void show_time() {
    const cv::Size size = cv::getWindowImageRect(kTitle).size();
    const int cell = std::max(std::min(size.width, size.height) / kClockCells, 1);
    canvas_.create(std::max(size.height, cell * kClockCells),
                   std::max(size.width, cell * kClockCells), CV_8UC3);
    canvas_ = cv::Scalar::all(255);
    draw_clock(wall_now(), cell, square_);
    const cv::Mat square = pixels_of(square_);
    square.copyTo(canvas_({(canvas_.cols - square.cols) / 2, (canvas_.rows - square.rows) / 2,
                           square.cols, square.rows}));
    cv::imshow(kTitle, canvas_);
  }

 private:
  const XConnection desktop_ = open_desktop();
  Picture square_;
  cv::Mat canvas_;
};

bool is_quit(int key) { return key == kEscapeKey || key == 'q' || key == 'Q'; }

}  // namespace

int run_clock(std::optional<double> seconds) {
  constexpr int kScreenIntervalMs = 8;  // how long each iteration waits for events
  const auto end =
      seconds ? SteadyClock::now() + from_seconds(*seconds) : SteadyClock::time_point::max();
  ClockWindow window;
  asio::io_context io{1};
  LastingEndSignals signals(io);
  bool is_ended = false;
  signals.async_wait([&is_ended](std::error_code, int) { is_ended = true; });
  while (!is_ended && SteadyClock::now() < end) {
    window.show_time();
    is_ended = is_quit(cv::waitKey(kScreenIntervalMs)) || !ClockWindow::is_open();
    io.poll();
  }
  return EXIT_SUCCESS;
}

}  // namespace jpegwire
