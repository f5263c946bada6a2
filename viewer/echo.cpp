#include "viewer/echo.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>

#include "net/recording/output_file.hpp"
#include "viewer/echo_report.hpp"

namespace jpegwire {
namespace {

void write_plot(const std::string& file, const std::vector<EchoMeasurement>& measurements) {
  std::vector<unsigned char> png;
  cv::imencode(".png", plot_echo(measurements), png);
  write_whole_file(file, std::as_bytes(std::span(png)));
}

}  // namespace

int run_echo(const ViewerOptions& options) {
  const LaboratoryOptions& laboratory = options.laboratory;
  if (!laboratory.plot_file.empty())
    require_writable(std::filesystem::path(laboratory.plot_file).parent_path());
  const milliseconds patience = from_seconds(options.timeout_seconds);
  EchoClient client(*laboratory.echo, laboratory.read, patience);
  std::vector<EchoMeasurement> measurements;
  fmt::print("{}\n", echo_table_head());
  for (const std::size_t size : echo_sizes(laboratory.largest_echo_bytes)) {
    client.measure(size, 1);  // the first one of a size is about caches and windows
    measurements.push_back(client.measure(size, round_trips_of(size)));
    fmt::print("{}\n", echo_table_line(measurements.back()));
    std::fflush(stdout);
  }
  if (!laboratory.plot_file.empty()) write_plot(laboratory.plot_file, measurements);
  return 0;
}

}  // namespace jpegwire
