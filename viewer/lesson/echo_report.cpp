#include "viewer/lesson/echo_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

namespace jpegwire {
namespace {

const cv::Scalar kPaper{255, 255, 255};
const cv::Scalar kInk{60, 60, 60};
const cv::Scalar kGrid{228, 228, 228};
const cv::Scalar kTime{200, 110, 30};
const cv::Scalar kReads{50, 100, 230};
constexpr int kLabelFont = cv::FONT_HERSHEY_SIMPLEX;

double microseconds_of(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

std::string short_size(std::size_t size) {
  if (size >= std::size_t{1} << 20) return fmt::format("{} MiB", size >> 20);
  if (size >= std::size_t{1} << 10) return fmt::format("{} KiB", size >> 10);
  return fmt::format("{} B", size);
}

/// One curve in its half of the picture, with a logarithmic scale of its own.
class Panel {
 public:
  using Value = std::function<double(const EchoMeasurement&)>;

  Panel(cv::Mat& picture, cv::Rect area, const std::vector<EchoMeasurement>& measurements,
        Value value)
      : picture_(picture), area_(area), measurements_(measurements), value_(std::move(value)) {
    for (const EchoMeasurement& measurement : measurements_)
      decades_ = std::max(decades_, std::ceil(std::log10(value_(measurement))));
  }

  void draw(const std::string& title, const cv::Scalar& colour) {
    cv::putText(picture_, title, {area_.x, area_.y - 12}, kLabelFont, 0.5, colour, 1, cv::LINE_AA);
    for (int decade = 0; decade <= decades_; ++decade) draw_line_of(decade);
    for (std::size_t i = 0; i < measurements_.size(); ++i) draw_size(i);
    for (std::size_t i = 0; i < measurements_.size(); ++i) {
      if (i > 0) cv::line(picture_, place(i - 1), place(i), colour, 2, cv::LINE_AA);
      cv::circle(picture_, place(i), 4, colour, cv::FILLED, cv::LINE_AA);
    }
  }

 private:
  int x_of(std::size_t index) const {
    const auto steps = static_cast<int>(std::max<std::size_t>(measurements_.size(), 2)) - 1;
    return area_.x + area_.width * static_cast<int>(index) / steps;
  }
  int y_of(double logarithm) const {
    return area_.br().y - cvRound(area_.height * std::max(logarithm, 0.0) / decades_);
  }
  cv::Point place(std::size_t index) const {
    return {x_of(index), y_of(std::log10(value_(measurements_[index])))};
  }
  void draw_line_of(double decade) {
    const int y = y_of(decade);
    cv::line(picture_, {area_.x, y}, {area_.br().x, y}, kGrid);
    cv::putText(picture_, fmt::format("{:.0f}", std::pow(10, decade)), {12, y + 4}, kLabelFont, 0.4,
                kInk, 1, cv::LINE_AA);
  }
  void draw_size(std::size_t index) {
    if (index % 4 != 0) return;
    const int x = x_of(index);
    cv::line(picture_, {x, area_.y}, {x, area_.br().y}, kGrid);
    cv::putText(picture_, short_size(measurements_[index].size), {x - 14, area_.br().y + 18},
                kLabelFont, 0.4, kInk, 1, cv::LINE_AA);
  }

  cv::Mat& picture_;
  const cv::Rect area_;
  const std::vector<EchoMeasurement>& measurements_;
  const Value value_;
  double decades_ = 1;
};

}  // namespace

std::size_t round_trips_of(std::size_t size) {
  constexpr std::size_t kBytes = std::size_t{16} << 20;
  return std::clamp<std::size_t>(kBytes / size, 5, 200);
}

std::vector<std::size_t> echo_sizes(std::size_t max_bytes) {
  std::vector<std::size_t> sizes;
  for (std::size_t size = 4; size <= max_bytes; size *= 2) sizes.push_back(size);
  if (sizes.back() < max_bytes) sizes.push_back(max_bytes);
  return sizes;
}

nlohmann::json echo_summary(const std::vector<EchoMeasurement>& measurements) {
  nlohmann::json sizes = nlohmann::json::array();
  for (const EchoMeasurement& measurement : measurements)
    sizes.push_back({{"bytes", measurement.size},
                     {"round_trips", measurement.times.size()},
                     {"round_trip_us",
                      {{"p50", microseconds_of(measurement.time(50))},
                       {"p99", microseconds_of(measurement.time(99))}}},
                     {"reads_per_message", measurement.reads_per_message()}});
  return sizes;
}

std::string echo_table_head() {
  return fmt::format("{:>10} {:>12} {:>12} {:>12} {:>18} {:>10}", "bytes", "round trips",
                     "median us", "p99 us", "reads per message", "Mbit/s");
}

std::string echo_table_line(const EchoMeasurement& measurement) {
  return fmt::format("{:>10} {:>12} {:>12.1f} {:>12.1f} {:>18.1f} {:>10.1f}", measurement.size,
                     measurement.times.size(), microseconds_of(measurement.time(50)),
                     microseconds_of(measurement.time(99)), measurement.reads_per_message(),
                     measurement.megabits_per_second());
}

cv::Mat plot_echo(const std::vector<EchoMeasurement>& measurements) {
  cv::Mat picture(600, 960, CV_8UC3, kPaper);
  Panel times(picture, {80, 40, 850, 220}, measurements,
              [](const EchoMeasurement& it) { return microseconds_of(it.time(50)); });
  times.draw("median round trip in microseconds, by the size of the message", kTime);
  Panel reads(picture, {80, 335, 850, 220}, measurements,
              [](const EchoMeasurement& it) { return it.reads_per_message(); });
  reads.draw("reads per answer, by the size of the message", kReads);
  return picture;
}

}  // namespace jpegwire
