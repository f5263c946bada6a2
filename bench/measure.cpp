#include "bench/measure.hpp"

#include <fmt/format.h>

#include <regex>
#include <utility>

#include "bench/child.hpp"
#include "bench/commands.hpp"
#include "bench/http_fetch.hpp"
#include "bench/program_end.hpp"
#include "net/parse_number.hpp"
#include "net/process_usage.hpp"

namespace jpegwire {
namespace {

using Clock = std::chrono::steady_clock;

/// All that is read at either end of the window.
struct Sample {
  Clock::time_point time;
  nlohmann::json sender;
  ThreadTimes sender_threads;
  ThreadTimes viewer_threads;
  double sender_cpu_seconds = 0;
  double viewer_cpu_seconds = 0;
  MachineTimes machine;
};

ThreadTimes difference(const ThreadTimes& begin, const ThreadTimes& end) {
  ThreadTimes times = end;
  for (auto& [name, seconds] : times)
    if (const auto before = begin.find(name); before != begin.end()) seconds -= before->second;
  return times;
}

std::uint16_t port_behind(const std::string& text, const char* pattern) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex(pattern))) return 0;
  return parse_number<std::uint16_t>(match[1].str()).value_or(0);
}

/// One run of one case.
class Measurement {
 public:
  Measurement(EventLoop& loop, const BenchOptions& options, const std::string& sender_program,
              const Case& one, ViewerGroup& viewers)
      : loop_(loop),
        options_(options),
        case_(one),
        viewers_(viewers),
        ends_(viewers.choose_ends(one)),
        sender_(loop.io(), sender_command(sender_program, one, ends_, options.sender_options)) {}

  Run run() {
    viewers_.start(case_, wait_for_sender());
    wait_for_viewers();
    watch(options_.warm_up_seconds);
    const double bench_before = process_usage().cpu_seconds;
    const Sample begin = take_sample();
    watch(options_.seconds);
    const Sample end = take_sample();
    Run run = difference_of(begin, end);
    run.bench_cpu_seconds = process_usage().cpu_seconds - bench_before;
    run.viewer_commands = viewers_.commands();
    run.viewers = viewers_.finish();
    sender_.interrupt();
    run.sender = summary_at_end(loop_, sender_);
    return run;
  }

 private:
  /// It tells its ports once it listens.
  StreamPorts wait_for_sender() {
    StreamPorts ports{.rtp = ends_.rtp_ports};
    const auto has_told = [&] {
      ports.http = port_behind(sender_.err(), R"(in a browser: http://.*:(\d+)/\n)");
      ports.tcp = port_behind(sender_.err(), R"(watch: .*tcp://.*:(\d+)\n)");
      return ports.http != 0 && (ports.tcp != 0 || case_.transport != Transport::tcp);
    };
    loop_.wait(kProgramPatience, [&] { return has_told() || sender_.has_ended(); });
    if (sender_.has_ended()) throw RunFailure(describe_end(sender_));
    if (!has_told())
      throw RunFailure(fmt::format("{} did not begin to listen within {} s", short_name(sender_),
                                   kProgramPatience.count()));
    http_port_ = ports.http;
    return ports;
  }

  // Viewers need a while to begin, and on another machine somebody has to start them.
  void wait_for_viewers() {
    const auto end = Clock::now() + std::chrono::duration<double>(viewers_.patience_seconds());
    constexpr double kPauseSeconds = 0.1;
    for (;;) {
      const int present = sender_statistics().value("viewers_now", 0);
      if (present >= case_.viewers) return;
      watch(kPauseSeconds);
      if (Clock::now() > end)
        throw RunFailure(
            fmt::format("jpegwire-viewer did not connect within {:.0f} s: {} of {} did",
                        viewers_.patience_seconds(), present, case_.viewers));
    }
  }

  /// While nothing else happens.
  void watch(double seconds) {
    loop_.wait(std::chrono::duration<double>(seconds), [this] {
      check();
      return false;
    });
  }

  void check() {
    if (sender_.has_ended()) throw RunFailure(describe_end(sender_));
    viewers_.check();
  }

  nlohmann::json sender_statistics() {
    const auto text =
        fetch(loop_, ends_.listen_address, http_port_, "/stats.json", kProgramPatience);
    check();
    nlohmann::json statistics = nlohmann::json::parse(text.value_or(""), nullptr, false);
    if (!statistics.is_object())
      throw RunFailure(fmt::format("{} did not answer within {} s", short_name(sender_),
                                   kProgramPatience.count()));
    return statistics;
  }

  Sample take_sample() {
    Sample sample;
    sample.sender = sender_statistics();
    sample.time = Clock::now();
    sample.sender_threads = thread_times(sender_.pid());
    sample.viewer_threads = viewers_.threads();
    sample.sender_cpu_seconds = process_seconds(sender_.pid());
    sample.viewer_cpu_seconds = viewers_.cpu_seconds();
    sample.machine = machine_times();
    return sample;
  }

  Run difference_of(const Sample& begin, const Sample& end) const {
    return {.sender_command = sender_.command(),
            .viewer_commands = {},
            .seconds = std::chrono::duration<double>(end.time - begin.time).count(),
            .sender_begin = begin.sender,
            .sender_end = end.sender,
            .sender = {},
            .viewers = {},
            .sender_threads = difference(begin.sender_threads, end.sender_threads),
            .viewer_threads = difference(begin.viewer_threads, end.viewer_threads),
            .sender_cpu_seconds = end.sender_cpu_seconds - begin.sender_cpu_seconds,
            .viewer_cpu_seconds = end.viewer_cpu_seconds - begin.viewer_cpu_seconds,
            .bench_cpu_seconds = 0,
            .machine = {.busy = end.machine.busy - begin.machine.busy,
                        .idle = end.machine.idle - begin.machine.idle,
                        .stolen = end.machine.stolen - begin.machine.stolen}};
  }

  EventLoop& loop_;
  const BenchOptions& options_;
  const Case& case_;
  ViewerGroup& viewers_;
  const SenderEnds ends_;
  Child sender_;
  std::uint16_t http_port_ = 0;
};

}  // namespace

Run measure(EventLoop& loop, const BenchOptions& options, const std::string& sender_program,
            const Case& one, ViewerGroup& viewers) {
  return Measurement(loop, options, sender_program, one, viewers).run();
}

}  // namespace jpegwire
