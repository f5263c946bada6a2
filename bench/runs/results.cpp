#include "bench/runs/results.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace jpegwire {
namespace {

/// The source, as the sender describes it.
std::string source_of(const Run& run) {
  const auto source = run.sender.find("source");
  return source != run.sender.end() && source->is_string() ? source->get<std::string>() : "";
}

double greatest(const Results& results, std::string_view name) {
  double most = 0;
  for (const CaseResult& result : results.cases)
    if (const auto figure = result.figures.find(name); figure != result.figures.end())
      most = std::max(most, figure->second.greatest);
  return most;
}

}  // namespace

void evaluate(CaseResult& result, const Machine& machine) {
  if (!result.has_runs()) return;
  std::vector<Figures> repetitions;
  result.ages = Distribution();
  for (const Run& run : result.runs) {
    repetitions.push_back(figures_of(run, result.measured));
    result.ages.add(ages_of(run));
  }
  result.figures = spreads_of(repetitions);
  result.phases = phases_of(result.measured, result.runs);
  // The stages of other senders are not known.
  if (!result.measured.is_jpegwire()) return;
  result.verdict = judge({.measured = result.measured,
                          .medians = medians_of(result.figures),
                          .source = source_of(result.runs.front()),
                          .cores = machine.cores,
                          .seconds = result.runs.front().seconds});
}

std::string describe_machine(const Results& results) {
  std::vector<std::string> names;
  for (const CaseResult& result : results.cases) {
    const std::string& wanted = result.measured.congestion_control;
    const std::string& name = wanted.empty() ? results.machine.congestion_control : wanted;
    const bool uses_tcp = result.measured.transport != Transport::rtp;
    if (uses_tcp && !name.empty() && std::ranges::find(names, name) == names.end())
      names.push_back(name);
  }
  if (names.empty()) names.push_back(results.machine.congestion_control);
  return fmt::format("{}, TCP congestion control {}", describe(results.machine),
                     names.front().empty() ? "unknown" : fmt::format("{}", fmt::join(names, ", ")));
}

std::string describe_peer_versions(const Results& results) {
  std::string text;
  for (const auto& [name, version] : results.peer_versions)
    text += fmt::format(", {} {}", name, version);
  return text;
}

std::vector<std::string> warnings_of(const Results& results) {
  constexpr double kLoadOfCore = 0.25;
  constexpr double kOthersPercent = 10;
  constexpr double kStolenPercent = 1;
  std::vector<std::string> warnings;
  if (results.load_before > kLoadOfCore * results.machine.cores)
    warnings.push_back(
        fmt::format("the machine was busy before the runs: {:.1f} programs used its {} cores",
                    results.load_before, results.machine.cores));
  if (const double others = greatest(results, "others_percent"); others > kOthersPercent)
    warnings.push_back(fmt::format(
        "other programs took up to {:.0f} % of the CPU during a run; look at the spread", others));
  if (const double stolen = greatest(results, "stolen_percent"); stolen > kStolenPercent)
    warnings.push_back(fmt::format(
        "other virtual machines on the same host took up to {:.1f} % of the CPU during a run",
        stolen));
  constexpr double kOwnPercent = 2;
  constexpr double kKnownPercent = 90;
  if (const double own = greatest(results, "bench_percent"); own > kOwnPercent)
    warnings.push_back(
        fmt::format("jpegwire-bench itself took up to {:.1f} % of the programs' CPU", own));
  for (const CaseResult& result : results.cases)
    if (const auto known = result.figures.find("age_known_percent");
        result.measured.optical && known != result.figures.end() &&
        known->second.least < kKnownPercent)
      warnings.push_back(
          fmt::format("{}: the clock could be read in no more than {:.0f} % of the "
                      "frames of a run",
                      result.label, known->second.least));
  return warnings;
}

}  // namespace jpegwire
