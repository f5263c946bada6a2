#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/runs/distribution.hpp"
#include "bench/runs/figures.hpp"
#include "bench/runs/machine.hpp"
#include "bench/runs/matrix.hpp"
#include "bench/runs/options.hpp"
#include "bench/runs/phases.hpp"
#include "bench/runs/run.hpp"
#include "bench/runs/verdict.hpp"

namespace jpegwire {

/// All runs of one case, and their evaluation.
struct CaseResult {
  Case measured;
  std::string label;  // distinguishes the case from the others
  std::vector<Run> runs;
  std::string failure;  // a sentence if a program failed, else empty

  // Empty without a run.
  FigureSpreads figures;
  Distribution ages;
  std::vector<Phase> phases;  // empty unless the rate of the link changes
  Verdict verdict;

  bool has_runs() const { return !runs.empty(); }
};

/// Computes the figures, ages and verdict from the runs.
void evaluate(CaseResult& result, const Machine& machine);

/// All results of one execution of jpegwire-bench.
struct Results {
  std::string created;  // ISO 8601, UTC
  std::string version;
  std::string sender_version;
  std::string viewer_version;
  std::map<std::string, std::string> peer_versions;  // by name
  BenchOptions options;
  Machine machine;
  double load_before = 0;  // machine_load()
  std::vector<CaseResult> cases;
  std::vector<std::string> skipped;  // a message about each skipped peer
  bool is_complete = true;           // false after Ctrl-C
  double bench_cpu_seconds = 0;
};

/// One line: the machine, and the TCP congestion control of all cases.
std::string describe_machine(const Results& results);

/// ", ustreamer 4.9, GStreamer 1.22.0", or an empty text.
std::string describe_peer_versions(const Results& results);

/// Sentences about what may have distorted the figures: other programs, or other virtual machines
/// on the same host.
std::vector<std::string> warnings_of(const Results& results);

}  // namespace jpegwire
