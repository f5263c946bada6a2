#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/child_process.hpp"
#include "bench/runs/cpu_times.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// The results of one run of one case: the sender's statistics at the two ends of the measured
/// window, and the summaries that the programs wrote when they ended.
struct Run {
  Command sender_command;
  std::vector<std::string> viewer_commands;  // quoted for a shell
  WallTime begin{};                          // of the window
  double seconds = 0;                        // length of the window
  nlohmann::json sender_begin;               // /stats.json
  nlohmann::json sender_end;
  nlohmann::json sender;                // --summary
  std::vector<nlohmann::json> viewers;  // --summary
  // With a schedule, a few objects for each second: `seconds` since the beginning of the window,
  // and `links` as in /stats.json. Empty if the sender reports no links.
  nlohmann::json links_over_time = nlohmann::json::array();
  // CPU seconds within the window.
  ThreadTimes sender_threads;
  ThreadTimes viewer_threads;  // sum of all viewers on this machine; empty without any
  double sender_cpu_seconds = 0;
  double viewer_cpu_seconds = 0;
  double link_cpu_seconds = 0;  // of the packet relay of --link
  double bench_cpu_seconds = 0;
  MachineTimes machine;
};

/// Thrown if a measured program fails; the message names the program.
struct RunFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The run as --json writes it, with the unchanged summaries.
nlohmann::json to_json(const Run& run);

}  // namespace jpegwire
