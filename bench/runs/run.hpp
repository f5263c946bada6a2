#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/child_process.hpp"
#include "bench/runs/cpu_times.hpp"

namespace jpegwire {

/// What one run of one case gave: the sender at the two ends of the window in which it was
/// measured, and what the programs told at their end.
struct Run {
  Command sender_command;
  std::vector<std::string> viewer_commands;  // as for a shell
  double seconds = 0;                        // between the two ends
  nlohmann::json sender_begin;               // /stats.json
  nlohmann::json sender_end;
  nlohmann::json sender;                // --summary
  std::vector<nlohmann::json> viewers;  // likewise
  // Seconds of CPU within the window.
  ThreadTimes sender_threads;
  ThreadTimes viewer_threads;  // of all viewers on this machine, together; empty without any
  double sender_cpu_seconds = 0;
  double viewer_cpu_seconds = 0;
  double link_cpu_seconds = 0;  // of what carries the packets of --link
  double bench_cpu_seconds = 0;
  MachineTimes machine;
};

/// Thrown where a program does not do what it should; the sentence names it.
struct RunFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The run as --json writes it, with the summaries as they came.
nlohmann::json to_json(const Run& run);

}  // namespace jpegwire
