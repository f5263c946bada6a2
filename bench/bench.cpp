#include "bench/bench.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "app/descriptor.hpp"
#include "app/end_signals.hpp"
#include "app/process_usage.hpp"
#include "app/text_output.hpp"
#include "bench/report/comparison.hpp"
#include "bench/report/html_report.hpp"
#include "bench/report/json_report.hpp"
#include "bench/report/report_file.hpp"
#include "bench/report/terminal_report.hpp"
#include "bench/runs/event_loop.hpp"
#include "bench/runs/fake_camera.hpp"
#include "bench/runs/peers.hpp"
#include "bench/runs/programs.hpp"
#include "bench/runs/results.hpp"
#include "bench/runs/rounds.hpp"

namespace jpegwire {
namespace {

void require_room(const BenchOptions& options) {
  std::optional<MachineRoom> room;
  if (options.viewer_host.empty()) room = room_of_this_machine();
  for (const Case& one : cases_of(options.matrix))
    if (const auto refusal = refusal_of(one, room)) throw UsageError("--viewers", *refusal);
}

void require_congestion_controls(const Matrix& matrix) {
  const std::vector<std::string> available = available_congestion_controls();
  for (const std::string& name : matrix.congestion_controls)
    if (!name.empty() && std::ranges::find(available, name) == available.end())
      throw UsageError("--congestion",
                       fmt::format("the kernel does not have '{0}', only {1}; choose one of these, "
                                   "or load it with sudo modprobe tcp_{0}",
                                   name, fmt::join(available, ", ")));
}

void begin_results(Results& results, EventLoop& loop, const BenchOptions& options,
                   const Programs& programs) {
  results.created = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  results.version = JPEGWIRE_VERSION;
  results.sender_version = version_of(loop, programs.sender);
  results.viewer_version = version_of(loop, programs.viewer);
  results.options = options;
  results.machine = this_machine();
  results.load_before = machine_load();
  const std::vector<Case> cases = cases_of(options.matrix);
  const std::vector<std::string> labels = labels_of(cases);
  for (std::size_t i = 0; i < cases.size(); ++i)
    results.cases.push_back({.measured = cases[i],
                             .label = labels[i],
                             .runs = {},
                             .failure = {},
                             .figures = {},
                             .ages = {},
                             .phases = {},
                             .verdict = {}});
}

/// Tries to write both files even if one fails. The terminal gets the results in any case.
void write_files(const Results& results, const std::optional<Comparison>& comparison,
                 const ReportFile& json, const ReportFile& report) {
  std::string error;
  const auto attempt = [&error](const auto& write) {
    try {
      write();
    } catch (const std::runtime_error& trouble) {
      error += (error.empty() ? "" : "; ") + std::string(trouble.what());
    }
  };
  attempt([&] {
    if (json.is_wanted()) json.write(to_text(to_json(results)));
  });
  attempt([&] {
    if (report.is_wanted()) report.write(html_report(results, comparison));
  });
  if (!error.empty()) throw std::runtime_error(error);
}

std::optional<EarlierRun> read_if_wanted(const std::string& file) {
  if (file.empty()) return std::nullopt;
  return read_earlier_run(file);
}

std::optional<Comparison> compare_if_wanted(const std::optional<EarlierRun>& earlier,
                                            const Results& results) {
  if (!earlier) return std::nullopt;
  return compare(*earlier, results);
}

/// The reader of the results may be a pager, so this waits without a limit. Ctrl-C ends the
/// program.
void wait_for_reader() {
  const EarlyExit while_nobody_reads;
  [[maybe_unused]] const std::error_code ignored = standard_output().flush();
}

bool has_failure(const Results& results) {
  return std::ranges::any_of(results.cases,
                             [](const CaseResult& result) { return !result.failure.empty(); });
}

}  // namespace

int run_bench(const BenchOptions& wanted) {
  BenchOptions options = wanted;
  raise_descriptor_limit();
  require_room(options);
  require_congestion_controls(options.matrix);
  const std::optional<EarlierRun> earlier = read_if_wanted(options.compare_file);
  const ReportFile json(options.json_file);
  const ReportFile report(options.report_file);
  EventLoop loop;
  Programs programs = find_programs(options.programs_directory);
  if (std::ranges::any_of(options.matrix.sources, is_fake_camera))
    programs.fake_camera = find_fake_camera();
  Results results;
  try {
    if (options.with_peers) {
      FoundPeers found = find_peers(loop, options.matrix);
      options.matrix.peers = std::move(found.installed);
      results.skipped = std::move(found.skipped);
      results.peer_versions = std::move(found.versions);
    }
    begin_results(results, loop, options, programs);
  } catch (const Interrupted&) {
    return EXIT_SUCCESS;  // nothing was measured
  }
  run_rounds(loop, programs, results);
  for (CaseResult& result : results.cases) evaluate(result, results.machine);
  results.bench_cpu_seconds = process_usage().cpu_seconds;
  const std::optional<Comparison> comparison = compare_if_wanted(earlier, results);
  standard_output().put(describe(results) + (comparison ? describe(*comparison) : ""));
  write_files(results, comparison, json, report);
  if (results.is_complete) wait_for_reader();
  return has_failure(results) ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace jpegwire
