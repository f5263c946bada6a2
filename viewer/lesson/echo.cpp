#include "viewer/lesson/echo.hpp"

#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <optional>

#include "app/end_signals.hpp"
#include "app/process_usage.hpp"
#include "app/summary_output.hpp"
#include "recording/output_file.hpp"
#include "viewer/lesson/echo_report.hpp"

namespace jpegwire {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

void write_plot(const std::string& file, const std::vector<EchoMeasurement>& measurements) {
  std::vector<unsigned char> png;
  cv::imencode(".png", plot_echo(measurements), png);
  write_chosen_file(file, std::as_bytes(std::span(png)));
}

/// The echo client and everything that can stop it early.
class Measurements {
 public:
  explicit Measurements(const ViewerOptions& options)
      : options_(options), signals_(io_), time_limit_(io_), summary_(options.summary) {
    if (!laboratory().plot_file.empty()) require_writable_file(laboratory().plot_file);
    warn_of_small_buffer(laboratory().read);
    const EarlyExit while_connecting;
    const auto timeout = from_seconds(options.timeout_seconds);
    client_.emplace(io_, *laboratory().echo, laboratory().read, timeout);
  }

  void run() {
    const auto stop = [this](std::error_code error) {
      if (!error) client_->stop();
    };
    signals_.async_wait([stop](std::error_code error, int) { stop(error); });
    if (options_.seconds) {
      time_limit_.expires_after(from_seconds(*options_.seconds));
      time_limit_.async_wait(stop);
    }
    measure();
    conclude();
  }

 private:
  const LaboratoryOptions& laboratory() const { return options_.laboratory; }

  void measure() {
    print(echo_table_head());
    for (const std::size_t size : echo_sizes(laboratory().max_echo_bytes)) {
      client_->measure(size, 1);  // the first round trip of a size only warms up caches and windows
      EchoMeasurement measured = client_->measure(size, round_trips_of(size));
      if (measured.times.empty()) return;
      print(echo_table_line(measured));
      measurements_.push_back(std::move(measured));
    }
  }

  void conclude() {
    if (!laboratory().plot_file.empty() && !measurements_.empty())
      write_plot(laboratory().plot_file, measurements_);
    const ProcessUsage usage = process_usage();
    summary_.write({{"url", to_tcp_url(*laboratory().echo)},
                    {"seconds", Seconds(Clock::now() - start_).count()},
                    {"sizes", echo_summary(measurements_)},
                    {"cpu_seconds", usage.cpu_seconds},
                    {"peak_rss_kb", usage.peak_rss_kb}});
  }

  void print(const std::string& line) const { summary_.text_output().put(line + '\n'); }

  const ViewerOptions& options_;
  const Clock::time_point start_ = Clock::now();
  asio::io_context io_{1};
  LastingEndSignals signals_;  // early, so that a signal during connecting is not lost
  asio::steady_timer time_limit_;
  SummaryOutput summary_;
  std::optional<EchoClient> client_;
  std::vector<EchoMeasurement> measurements_;
};

}  // namespace

int run_echo(const ViewerOptions& options) {
  Measurements(options).run();
  return 0;
}

}  // namespace jpegwire
