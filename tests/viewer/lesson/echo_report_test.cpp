#include "viewer/lesson/echo_report.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::echo_report_test {
namespace {

EchoMeasurement measured(std::size_t size, int microseconds, std::size_t reads) {
  return {.size = size, .times = {std::chrono::microseconds(microseconds)}, .reads = {reads}};
}

TEST_CASE("sizes are powers of two from 4 bytes, and the maximum") {
  CHECK(echo_sizes(4) == std::vector<std::size_t>{4});
  CHECK(echo_sizes(40) == std::vector<std::size_t>{4, 8, 16, 32, 40});
  CHECK(echo_sizes(std::size_t{16} << 20).back() == std::size_t{16} << 20);
  CHECK(round_trips_of(4) == 200);
  CHECK(round_trips_of(std::size_t{64} << 20) == 5);
}

TEST_CASE("the columns of the table are aligned") {
  const std::string line = echo_table_line(measured(1'000'000, 800, 12));
  CHECK(line.size() == echo_table_head().size());
  CHECK_THAT(line,
             Catch::Contains("800.0") && Catch::Contains(" 12.0") && Catch::EndsWith("20000.0"));
}

TEST_CASE("the plot has a point for each size, higher for larger values") {
  const cv::Vec3b colour(200, 110, 30);
  for (const std::size_t count : {std::size_t{1}, std::size_t{3}}) {
    std::vector<EchoMeasurement> all;
    for (std::size_t i = 0; i < count; ++i)
      all.push_back(measured(4U << i, 10 * static_cast<int>(i + 1), i + 1));
    const cv::Mat plot = plot_echo(all);
    REQUIRE(plot.size() == cv::Size(960, 600));
    CHECK(plot.at<cv::Vec3b>(260 - (count == 1 ? 220 : 110), 80) == colour);
  }
}

}  // namespace
}  // namespace jpegwire::echo_report_test
