#pragma once

#include <asio/steady_timer.hpp>
#include <chrono>
#include <string>

#include "bench/runs/event_loop.hpp"

namespace jpegwire {

/// Shows the progress of the runs on standard error: on a terminal as a bar with the remaining
/// time, which the destructor erases; otherwise as one line per run.
class Progress {
 public:
  /// `seconds_of_run` is the minimum duration of a run.
  Progress(EventLoop& loop, int runs, double seconds_of_run);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void begin_run(const std::string& label);
  void end_run(const std::string& outcome);

  /// Reduces the expected number of runs by `runs`.
  void expect_fewer(int runs) { runs_ -= runs; }

 private:
  using Clock = std::chrono::steady_clock;

  void do_tick();
  void draw() const;
  void clear() const;
  double remaining_seconds() const;

  const bool is_terminal_;
  int runs_;
  const double seconds_of_run_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point run_begin_ = start_;
  int done_ = 0;
  std::string label_;
  asio::steady_timer tick_;
};

/// "2:05".
std::string to_clock(double seconds);

}  // namespace jpegwire
