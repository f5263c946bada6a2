#include "bench/report/json_report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/report/beside_peers.hpp"

namespace jpegwire {
namespace {

using nlohmann::json;

constexpr int kStepOfDistribution = 5;  // percent, as in the viewer's summary

/// The ages of all frames of all repetitions; null if they are unknown.
json ages_to_json(const Distribution& ages) {
  json values;
  for (int percent = 0; percent <= 100; percent += kStepOfDistribution)
    if (const auto age = ages.percentile(percent)) values.push_back(std::round(*age * 1000) / 1000);
  return values;
}

json to_json(const CaseResult& result) {
  json figures = json::object();
  for (const auto& [name, spread] : result.figures) figures[name] = to_json(spread);
  json runs = json::array();
  for (const Run& run : result.runs) runs.push_back(to_json(run));
  const json verdict = {{"bottleneck", name_of(result.verdict.bottleneck)},
                        {"sentence", result.verdict.sentence}};
  return {{"case", to_json(result.measured)},
          {"figures", figures},
          {"age_cdf_ms", ages_to_json(result.ages)},
          {"phases", to_json(result.phases)},
          {"verdict", result.has_runs() && result.measured.is_jpegwire() ? verdict : json()},
          {"failure", result.failure.empty() ? json() : json(result.failure)},
          {"runs", runs}};
}

json settings_to_json(const BenchOptions& options) {
  return {{"seconds", options.seconds},
          {"warm_up", options.warm_up_seconds},
          {"repetitions", options.repetitions},
          {"sender_options", options.sender_options},
          {"viewer_options", options.viewer_options},
          {"viewer_host", options.viewer_host}};
}

}  // namespace

json to_json(const Results& results) {
  json versions = results.peer_versions;
  versions["jpegwire-bench"] = results.version;
  versions["jpegwire-sender"] = results.sender_version;
  versions["jpegwire-viewer"] = results.viewer_version;
  json cases = json::array();
  for (const CaseResult& result : results.cases) cases.push_back(to_json(result));
  return {{"format", kJsonFormat},
          {"version", kJsonVersion},
          {"created", results.created},
          {"versions", versions},
          {"machine", to_json(results.machine)},
          {"command_line", results.options.command_line},
          {"settings", settings_to_json(results.options)},
          {"is_complete", results.is_complete},
          {"load_before", results.load_before},
          {"bench_cpu_seconds", results.bench_cpu_seconds},
          {"warnings", warnings_of(results)},
          {"skipped", results.skipped},
          {"beside_peers", to_json(ratios_to_best_peers(results))},
          {"cases", cases}};
}

std::string to_text(const nlohmann::json& file) {
  return file.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace jpegwire
