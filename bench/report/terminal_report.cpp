#include "bench/report/terminal_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/report/beside_peers.hpp"

namespace jpegwire {
namespace {

// Short titles, because the figures' full titles would make the columns too wide.
std::vector<std::vector<std::string>> head() {
  return {{"", "frames/s", "whole", "age p50", "p90", "p99", "sender CPU", "viewer CPU", "data"},
          {"median (least-greatest)", "", "frames/s", "ms", "ms", "ms", "ms/frame", "ms/frame",
           "Mbit/s"}};
}

std::vector<std::string> row_of(const CaseResult& result) {
  std::vector<std::string> cells{result.label};
  for (const std::string_view name : table_figures())
    cells.push_back(cell_of(result.figures, name));
  return cells;
}

std::string verdict_of(const CaseResult& result) {
  if (!result.measured.is_jpegwire() && result.failure.empty()) return "";
  std::string text = result.label + "\n";
  if (!result.verdict.sentence.empty()) text += fmt::format("  {}\n", result.verdict.sentence);
  if (!result.failure.empty()) text += fmt::format("  failed: {}\n", result.failure);
  if (!result.has_runs() && result.failure.empty()) text += "  not measured\n";
  return text;
}

/// How each case did at each rate of a link whose rate changes; empty without one.
std::string describe_phases(const Results& results) {
  std::vector<std::vector<std::string>> rows{
      {"while the rate of the link changes", "frames/s", "age p50", "p99", "max"},
      {"", "", "ms", "ms", "ms"}};
  const std::size_t head_rows = rows.size();
  for (const CaseResult& result : results.cases)
    for (const Phase& phase : result.phases) {
      std::vector<std::string>& cells = rows.emplace_back();
      cells.push_back(fmt::format("{}: {}", result.label, phase.label()));
      for (const std::string_view name : phase_figures())
        cells.push_back(cell_of(phase.figures, name));
    }
  return rows.size() == head_rows ? "" : in_columns(rows) + "\n";
}

std::string describe_conditions(const Results& results) {
  const BenchOptions& options = results.options;
  const std::string common = describe_common(cases_of(options.matrix));
  const std::string peer_versions = describe_peer_versions(results);
  return fmt::format(
      "{}\njpegwire-sender {}, jpegwire-viewer {}{}{}{}\n{} run{} of {} s each, after {} s of "
      "warm-up{}\n",
      describe_machine(results), results.sender_version, results.viewer_version, peer_versions,
      common.empty() ? "" : "; ", common, options.repetitions, options.repetitions == 1 ? "" : "s",
      options.seconds, options.warm_up_seconds,
      results.is_complete ? "" : "; interrupted before all runs were done");
}

}  // namespace

std::string in_columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += i == 0 ? fmt::format("{:<{}}", row[i], widths[i])
                     : fmt::format("  {:>{}}", row[i], widths[i]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

const std::vector<std::string_view>& table_figures() {
  static const std::vector<std::string_view> names{
      "fps",        "whole_fps",     "age_p50_ms",    "age_p90_ms",
      "age_p99_ms", "sender_cpu_ms", "viewer_cpu_ms", "mbit_per_second"};
  return names;
}

const std::vector<std::string_view>& phase_figures() {
  static const std::vector<std::string_view> names{"fps", "age_p50_ms", "age_p99_ms", "age_max_ms"};
  return names;
}

std::string cell_of(const FigureSpreads& figures, std::string_view figure) {
  const auto found = figures.find(figure);
  return found == figures.end() ? "-" : to_text(found->second, figure_kind(figure).decimals);
}

std::string describe(const Results& results) {
  std::vector<std::vector<std::string>> rows = head();
  for (const CaseResult& result : results.cases) rows.push_back(row_of(result));
  std::string text = describe_conditions(results) + "\n" + in_columns(rows) + "\n";
  text += describe_phases(results);
  for (const CaseResult& result : results.cases) text += verdict_of(result);
  const std::vector<std::string> ratios = describe_ratios(results);
  if (!ratios.empty()) text += "\nCompared with the best of the other senders, run by run:\n";
  for (const std::string& ratio : ratios) text += fmt::format("  {}\n", ratio);
  for (const std::string& peer : results.skipped) text += fmt::format("note: {}\n", peer);
  for (const std::string& warning : warnings_of(results))
    text += fmt::format("warning: {}\n", warning);
  return text;
}

std::string describe(const Comparison& comparison) {
  std::string text =
      fmt::format("\nCompared with {} of {}:\n", comparison.file, comparison.created);
  for (const std::string& note : comparison.notes) text += fmt::format("note: {}\n", note);
  for (const Difference& difference : comparison.differences)
    text += fmt::format("  {}\n", describe(difference));
  return text + conclusion_of(comparison) + "\n";
}

}  // namespace jpegwire
