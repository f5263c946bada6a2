#include "bench/runs/rounds.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "bench/runs/local_viewers.hpp"
#include "bench/runs/measure.hpp"
#include "bench/runs/network_link.hpp"
#include "bench/runs/progress.hpp"
#include "bench/runs/remote_viewers.hpp"

namespace jpegwire {
namespace {

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
    fmt::print("Run these lines on {}, which needs jpegwire-viewer and curl:\n\n{}\n",
               options_.viewer_host, remote_->script());
    std::fflush(stdout);
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
    if (remote_) return measure(loop_, options_, programs_, one, *remote_);
    LocalViewers viewers(loop_, programs_.viewer, options_.warm_up_seconds, options_.viewer_options,
                         link_.get());
    return measure(loop_, options_, programs_, one, viewers);
  }

  static std::string describe(const CaseResult& result) {
    const Figures figures = figures_of(result.runs.back(), result.measured);
    const auto age = figures.find("age_p50_ms");
    const std::string old = age == figures.end() ? "" : fmt::format(", {:.1f} ms old", age->second);
    return fmt::format("{:.1f} frames/s{}", figures.at("fps"), old);
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
