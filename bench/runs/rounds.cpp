#include "bench/runs/rounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>

#include "app/terminal_width.hpp"
#include "app/text_output.hpp"
#include "bench/runs/event_loop.hpp"
#include "bench/runs/local_viewers.hpp"
#include "bench/runs/measure.hpp"
#include "bench/runs/network_link.hpp"
#include "bench/runs/remote_viewers.hpp"

namespace jpegwire {
namespace {

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

constexpr int kBarWidth = 24;

std::string bar(double share) {
  const int filled = std::clamp(static_cast<int>(std::lround(share * kBarWidth)), 0, kBarWidth);
  std::string text;
  for (int i = 0; i < kBarWidth; ++i) text += i < filled ? '#' : '.';
  return text;
}

/// "2:05".
std::string to_clock(double seconds) {
  const auto whole = static_cast<int>(std::lround(std::max(0.0, seconds)));
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

Progress::Progress(EventLoop& loop, int runs, double seconds_of_run)
    : is_terminal_(standard_error().is_terminal()),
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
  standard_error().print("run {} of {}, {} left: {}: {}\n", done_, runs_,
                         to_clock(remaining_seconds()), label_, outcome);
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
  const int width = terminal_width(standard_error().descriptor()) - 1;
  clear();
  standard_error().put(line.substr(0, static_cast<std::size_t>(width)));
}

void Progress::clear() const {
  if (is_terminal_) standard_error().put("\r\033[K");
}

/// All runs of one execution of the bench.
class Rounds {
 public:
  Rounds(EventLoop& loop, const Programs& programs, Results& results)
      : loop_(loop), programs_(programs), results_(results), options_(results.options) {}

  // Ctrl-C may also interrupt the setup of the link.
  void run() {
    try {
      prepare();
      run_all();
    } catch (const Interrupted&) {
      results_.is_complete = false;
    }
  }

 private:
  void prepare() {
    if (!options_.matrix.link.empty())
      link_ = std::make_unique<NetworkLink>(loop_, parse_link(options_.matrix.link));
    if (options_.viewer_host.empty()) return;
    remote_ = std::make_unique<RemoteViewers>(loop_, options_);
    standard_output().print("Run these lines on {}, which needs jpegwire-viewer and curl:\n\n{}\n",
                            options_.viewer_host, remote_->script());
  }

  void run_all() {
    const int runs = options_.repetitions * static_cast<int>(results_.cases.size());
    Progress progress(loop_, runs, options_.warm_up_seconds + options_.seconds);
    for (int round = 0; round < options_.repetitions; ++round)
      for (CaseResult& result : results_.cases)
        if (result.failure.empty()) run_once(result, progress, options_.repetitions - round - 1);
    if (remote_) remote_->dismiss();
  }

  void run_once(CaseResult& result, Progress& progress, int later_rounds) {
    progress.begin_run(result.label);
    try {
      result.runs.push_back(measure_once(result.measured));
      progress.end_run(describe(result));
    } catch (const std::exception& failure) {  // RunFailure, or a process cannot be started
      result.failure = failure.what();
      progress.end_run(result.failure);
      progress.expect_fewer(later_rounds);
    }
  }

  Run measure_once(const Case& one) {
    if (remote_) return measure(loop_, options_, programs_, one, *remote_, nullptr);
    if (link_) prepare_link(one);
    LocalViewers viewers(loop_, programs_.viewer, options_.warm_up_seconds, options_.viewer_options,
                         link_.get());
    return measure(loop_, options_, programs_, one, viewers, link_.get());
  }

  void prepare_link(const Case& one) {
    const std::string& wanted = one.congestion_control;
    const std::string& name = wanted.empty() ? results_.machine.congestion_control : wanted;
    if (!name.empty()) link_->set_congestion_control(name);
  }

  static std::string describe(const CaseResult& result) {
    const Figures figures = figures_of(result.runs.back(), result.measured);
    const auto age = figures.find("age_p50_ms");
    const std::string old = age == figures.end() ? "" : fmt::format(", {:.1f} ms old", age->second);
    const std::string whole = fmt::format("{:.1f}", figures.at("whole_fps"));
    const std::string shown = fmt::format("{:.1f}", figures.at("fps"));
    return fmt::format("{} frames/s{}{}", shown,
                       whole == shown ? "" : fmt::format(" ({} whole)", whole), old);
  }

  EventLoop& loop_;
  const Programs& programs_;
  Results& results_;
  const BenchOptions& options_;
  std::unique_ptr<RemoteViewers> remote_;
  std::unique_ptr<NetworkLink> link_;
};

}  // namespace

void run_rounds(EventLoop& loop, const Programs& programs, Results& results) {
  Rounds(loop, programs, results).run();
}

}  // namespace jpegwire
