#include "bench/runs/measure.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "app/process_usage.hpp"
#include "bench/link/link_settings.hpp"
#include "bench/link/rate_schedule.hpp"
#include "bench/runs/program_end.hpp"
#include "bench/runs/stream_sender.hpp"

namespace jpegwire {
namespace {

using Clock = std::chrono::steady_clock;

/// The values that are read at each end of the window.
struct Sample {
  Clock::time_point time;
  WallTime wall_time;
  nlohmann::json sender;
  ThreadTimes sender_threads;
  ThreadTimes viewer_threads;
  double sender_cpu_seconds = 0;
  double viewer_cpu_seconds = 0;
  double link_cpu_seconds = 0;
  double bench_cpu_seconds = 0;
  MachineTimes machine;
};

ThreadTimes difference(const ThreadTimes& begin, const ThreadTimes& end) {
  ThreadTimes times = end;
  for (auto& [name, seconds] : times)
    if (const auto before = begin.find(name); before != begin.end()) seconds -= before->second;
  return times;
}

/// One run of one case.
class Measurement {
 public:
  Measurement(EventLoop& loop, const BenchOptions& options, const Programs& programs,
              const Case& one, ViewerGroup& viewers, NetworkLink* link)
      : loop_(loop),
        options_(options),
        case_(one),
        viewers_(viewers),
        link_(link),
        ends_(viewers.choose_ends(one)),
        sender_(start_sender(loop, options, programs, case_, ends_)) {}

  Run run() {
    viewers_.start(case_, sender_->wait_until_it_listens());
    wait_for_viewers();
    watch(options_.warm_up_seconds);
    const Sample begin = take_sample();
    nlohmann::json links_over_time = watch_window(begin.time);
    const Sample end = take_sample();
    Run run = difference_of(begin, end);
    run.links_over_time = std::move(links_over_time);
    run.viewer_commands = viewers_.commands();
    run.viewers = viewers_.finish();
    run.sender = sender_->finish();
    require_frames(run);
    return run;
  }

 private:
  // Viewers need time to start, and on another machine the user has to start them.
  void wait_for_viewers() {
    const auto end = Clock::now() + std::chrono::duration<double>(viewers_.timeout_seconds());
    constexpr double kPauseSeconds = 0.1;
    for (;;) {
      const int present = sender_->viewers();
      if (present >= case_.viewers) return;
      watch(kPauseSeconds);
      if (Clock::now() > end)
        throw RunFailure(
            fmt::format("jpegwire-viewer did not connect within {:.0f} s: {} of {} did",
                        viewers_.timeout_seconds(), present, case_.viewers));
    }
  }

  /// Waits, and throws if a program ends meanwhile.
  void watch(double seconds) {
    loop_.wait(std::chrono::duration<double>(seconds), [this] {
      if (sender_->child().has_ended()) throw RunFailure(describe_end(sender_->child()));
      viewers_.check();
      return false;
    });
  }

  /// Waits for the measured time. If the rate of the link changes, changes it, and returns what the
  /// sender knows about its links over time.
  nlohmann::json watch_window(Clock::time_point begin) {
    nlohmann::json links = nlohmann::json::array();
    const auto seconds = std::chrono::duration<double>(options_.seconds);
    if (link_ == nullptr || !case_.has_schedule()) {
      watch(options_.seconds);
      return links;
    }
    constexpr milliseconds kPause{200};
    const auto whole = std::chrono::duration_cast<microseconds>(seconds);
    RateSchedule schedule(parse_link(case_.link).rates);
    microseconds next_sample{0};
    for (microseconds now{0}; now < whole; now = since(begin)) {
      if (const auto rate = schedule.due(now)) link_->set_rate(*rate);
      if (now >= next_sample) {
        add_links(links, begin);
        next_sample = now + kPause;
      }
      watch(to_seconds(schedule.next_before(std::min(next_sample, whole)) - since(begin)));
    }
    return links;
  }

  static microseconds since(Clock::time_point begin) {
    return std::chrono::duration_cast<microseconds>(Clock::now() - begin);
  }

  void add_links(nlohmann::json& samples, Clock::time_point begin) {
    const nlohmann::json statistics = sender_->statistics();
    if (!statistics.is_object() || !statistics.contains("links")) return;
    samples.push_back({{"seconds", to_seconds(since(begin))}, {"links", statistics["links"]}});
  }

  Sample take_sample() {
    Sample sample;
    const pid_t sender = sender_->child().pid();
    sample.sender = sender_->statistics();
    sample.time = Clock::now();
    sample.wall_time = wall_now();
    sample.sender_threads = thread_times(sender);
    sample.viewer_threads = viewers_.threads();
    sample.sender_cpu_seconds =
        group_seconds(sender) - seconds_of(sample.sender_threads, {"fakecam"});
    sample.viewer_cpu_seconds = viewers_.cpu_seconds();
    sample.link_cpu_seconds = seconds_of(thread_times(::getpid()), {"link"});
    sample.bench_cpu_seconds = process_usage().cpu_seconds - sample.link_cpu_seconds;
    sample.machine = machine_times();
    return sample;
  }

  // Another sender may hang without an error, and the camera may not see the clock.
  void require_frames(const Run& run) const {
    constexpr double kLongestPauseSeconds = 2;
    double frames = 0;
    double idle_seconds = kLongestPauseSeconds + options_.seconds;
    bool has_age = false;
    for (const nlohmann::json& viewer : run.viewers) {
      frames += viewer.value("frames", 0.0) + viewer.value("patched", 0.0);
      idle_seconds = std::min(idle_seconds, viewer.value("idle_seconds", 0.0));
      has_age = has_age || !viewer.value("age_ms", nlohmann::json()).is_null();
    }
    if (frames == 0 && !case_.is_jpegwire())
      throw RunFailure(fmt::format("{} sent no frame in {} s", case_.sender, options_.seconds));
    if (idle_seconds > kLongestPauseSeconds && !case_.is_jpegwire())
      throw RunFailure(fmt::format("{} stopped in the middle: its last frame arrived {:.1f} s ago",
                                   case_.sender, idle_seconds));
    if (frames > 0 && !has_age && case_.optical)
      throw RunFailure(
          "cannot read a clock in the pictures, which --optical needs; show one with "
          "jpegwire-viewer --clock, large and sharp, in front of the camera");
  }

  Run difference_of(const Sample& begin, const Sample& end) const {
    return {.sender_command = sender_->child().command(),
            .viewer_commands = {},
            .begin = begin.wall_time,
            .seconds = std::chrono::duration<double>(end.time - begin.time).count(),
            .sender_begin = begin.sender,
            .sender_end = end.sender,
            .sender = {},
            .viewers = {},
            .links_over_time = {},
            .sender_threads = difference(begin.sender_threads, end.sender_threads),
            .viewer_threads = difference(begin.viewer_threads, end.viewer_threads),
            .sender_cpu_seconds = end.sender_cpu_seconds - begin.sender_cpu_seconds,
            .viewer_cpu_seconds = end.viewer_cpu_seconds - begin.viewer_cpu_seconds,
            .link_cpu_seconds = end.link_cpu_seconds - begin.link_cpu_seconds,
            .bench_cpu_seconds = end.bench_cpu_seconds - begin.bench_cpu_seconds,
            .machine = {.busy = end.machine.busy - begin.machine.busy,
                        .idle = end.machine.idle - begin.machine.idle,
                        .stolen = end.machine.stolen - begin.machine.stolen}};
  }

  EventLoop& loop_;
  const BenchOptions& options_;
  const Case& case_;
  ViewerGroup& viewers_;
  NetworkLink* const link_;
  const SenderEnds ends_;
  const std::unique_ptr<StreamSender> sender_;
};

}  // namespace

Run measure(EventLoop& loop, const BenchOptions& options, const Programs& programs, const Case& one,
            ViewerGroup& viewers, NetworkLink* link) {
  if (link != nullptr && one.has_schedule())
    link->set_rate(parse_link(one.link).rates.front().bits_per_second);
  return Measurement(loop, options, programs, one, viewers, link).run();
}

}  // namespace jpegwire
