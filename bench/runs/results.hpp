#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/runs/distribution.hpp"
#include "bench/runs/figures.hpp"
#include "bench/runs/machine.hpp"
#include "bench/runs/matrix.hpp"
#include "bench/runs/options.hpp"
#include "bench/runs/run.hpp"
#include "bench/runs/verdict.hpp"

namespace jpegwire {

/// All runs of one case, and what comes out of them.
struct CaseResult {
  Case measured;
  std::string label;  // among the other cases
  std::vector<Run> runs;
  std::string failure;  // a sentence, where a program failed

  // Empty without a run.
  FigureSpreads figures;
  Distribution ages;
  Verdict verdict;

  bool has_runs() const { return !runs.empty(); }
};

/// Works out what comes out of the runs.
void evaluate(CaseResult& result, const Machine& machine);

/// All that a call of jpegwire-bench has measured.
struct Results {
  std::string created;  // ISO 8601, UTC
  std::string version;
  std::string sender_version;
  std::string viewer_version;
  std::map<std::string, std::string> peer_versions;  // by their names
  BenchOptions options;
  Machine machine;
  double load_before = 0;  // machine_load()
  std::vector<CaseResult> cases;
  std::vector<std::string> skipped;  // a sentence about each peer that is not installed
  bool is_complete = true;           // false: Ctrl-C ended it
  double bench_cpu_seconds = 0;
};

/// ", ustreamer 4.9, GStreamer 1.22.0", or nothing.
std::string describe_peer_versions(const Results& results);

/// Sentences about what may have spoilt the figures: other programs, other machines on the same
/// hardware.
std::vector<std::string> warnings_of(const Results& results);

}  // namespace jpegwire
