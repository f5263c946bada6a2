#pragma once

#include <string>
#include <vector>

#include "bench/runs/event_loop.hpp"
#include "bench/runs/options.hpp"
#include "bench/runs/summary_collector.hpp"
#include "bench/runs/viewer_group.hpp"

namespace jpegwire {

/// Viewers on another machine, where the user runs the command that script() returns.
class RemoteViewers : public ViewerGroup {
 public:
  /// Throws std::runtime_error if that machine cannot be reached.
  RemoteViewers(EventLoop& loop, const BenchOptions& options);

  /// The shell commands that the user runs there, once for all runs.
  std::string script() const;

  /// Notifies the other machine that no run follows.
  void dismiss();

  /// Waits until the other machine asks for a run: then no viewer of an earlier run is left.
  SenderEnds choose_ends(const Case& one) override;
  void start(const Case& one, const StreamPorts& ports) override;
  double timeout_seconds() const override { return 60; }
  void check() override {}
  ThreadTimes threads() const override { return {}; }
  double cpu_seconds() const override { return 0; }
  std::vector<nlohmann::json> finish() override;
  std::vector<std::string> commands() const override { return {command_}; }

 private:
  std::string viewers_of(const Case& one) const;
  std::string url_for_shell(const Case& one) const;
  double seconds_of_viewer() const;
  void wait_until_asked();

  EventLoop& loop_;
  const BenchOptions& options_;
  const std::vector<Case> cases_;
  const std::string viewer_address_;
  const std::string own_address_;
  SummaryCollector collector_;
  StreamPorts ports_;  // the same in all runs, because the command is the same
  std::string command_;
  int viewers_ = 0;
  int runs_ = 0;
  bool has_waited_ = false;
  bool was_asked_ = false;  // result of the last wait
};

}  // namespace jpegwire
