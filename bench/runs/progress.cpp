#include "bench/runs/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/terminal_width.hpp"

namespace jpegwire {
namespace {

constexpr int kBarWidth = 24;

std::string bar(double share) {
  const int filled = std::clamp(static_cast<int>(std::lround(share * kBarWidth)), 0, kBarWidth);
  std::string text;
  for (int i = 0; i < kBarWidth; ++i) text += i < filled ? '#' : '.';
  return text;
}

}  // namespace

std::string to_clock(double seconds) {
  const auto whole = static_cast<int>(std::lround(std::max(0.0, seconds)));
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

Progress::Progress(EventLoop& loop, int runs, double seconds_of_run)
    : is_terminal_(::isatty(STDERR_FILENO) == 1),
      runs_(runs),
      seconds_of_run_(seconds_of_run),
      tick_(loop.io()) {
  if (is_terminal_) do_tick();
}

Progress::~Progress() { clear(); }

void Progress::begin_run(const std::string& label) {
  label_ = label;
  if (is_terminal_) draw();
}

void Progress::end_run(const std::string& outcome) {
  ++done_;
  run_begin_ = Clock::now();  // of the next run
  if (is_terminal_) return draw();
  fmt::print(stderr, "run {} of {}, {} left: {}: {}\n", done_, runs_, to_clock(remaining_seconds()),
             label_, outcome);
}

void Progress::do_tick() {
  tick_.expires_after(std::chrono::seconds(1));
  tick_.async_wait([this](std::error_code error) {
    if (error) return;
    draw();
    do_tick();
  });
}

// Estimated from the mean time of the runs so far; for the first run, from the minimum.
double Progress::remaining_seconds() const {
  const auto passed = [](Clock::duration time) {
    return std::chrono::duration<double>(time).count();
  };
  const double mean = done_ > 0 ? passed(run_begin_ - start_) / done_ : 0;
  const double of_run = std::max(mean, seconds_of_run_);
  const double in_this_run =
      label_.empty() ? 0 : std::min(of_run, passed(Clock::now() - run_begin_));
  return std::max(0.0, (runs_ - done_) * of_run - (done_ < runs_ ? in_this_run : 0));
}

void Progress::draw() const {
  const double left = remaining_seconds();
  const double passed = std::chrono::duration<double>(Clock::now() - start_).count();
  const std::string line =
      fmt::format("[{}] run {} of {}, {} left  {}", bar(passed / (passed + left)),
                  std::min(done_ + 1, runs_), runs_, to_clock(left), label_);
  clear();
  fmt::print(stderr, "{}", line.substr(0, static_cast<std::size_t>(terminal_width(stderr) - 1)));
  std::fflush(stderr);
}

void Progress::clear() const {
  if (!is_terminal_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

}  // namespace jpegwire
