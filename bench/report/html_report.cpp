#include "bench/report/html_report.hpp"

#include <fmt/format.h>

#include "bench/report/beside_peers.hpp"
#include "bench/report/plots.hpp"
#include "bench/report/report_style.hpp"
#include "bench/report/svg_plot.hpp"
#include "bench/report/terminal_report.hpp"
#include "bench/runs/commands.hpp"

namespace jpegwire {
namespace {

std::string element(const char* name, const std::string& text) {
  return fmt::format("<{0}>{1}</{0}>\n", name, escaped(text));
}

std::string faint(const std::string& text) {
  return fmt::format("<p class='faint'>{}</p>\n", escaped(text));
}

std::string head(const Results& results) {
  const BenchOptions& options = results.options;
  const std::string common = describe_common(cases_of(options.matrix));
  return "<h1>Frame rates and latency</h1>\n" +
         faint(fmt::format("{} on {}: {}", results.created, results.machine.host,
                           describe(results.machine))) +
         faint(fmt::format(
             "jpegwire-sender {}, jpegwire-viewer {}; {} runs of each case, {} s each after {} s "
             "of warm-up{}{}{}",
             results.sender_version, results.viewer_version, options.repetitions, options.seconds,
             options.warm_up_seconds, common.empty() ? "" : "; ", common,
             results.is_complete ? "" : "; interrupted before all runs were done"));
}

std::string warnings(const Results& results) {
  const std::vector<std::string> all = warnings_of(results);
  if (all.empty()) return "";
  std::string html = "<section class='card warning'>\n";
  for (const std::string& warning : all) html += element("p", "Warning: " + warning);
  return html + "</section>\n";
}

/// Shows text between two backquotes as code.
std::string with_code(const std::string& sentence) {
  std::string html;
  bool is_code = false;
  for (const char letter : escaped(sentence)) {
    if (letter != '`')
      html += letter;
    else
      html += (is_code = !is_code) ? "<code>" : "</code>";
  }
  return html;
}

std::string beside_peers(const Results& results) {
  const std::vector<std::string> ratios = describe_ratios(results);
  if (ratios.empty() && results.skipped.empty()) return "";
  std::string html =
      "<section class='card'><h2>Compared with the best of the other senders, run by run</h2>\n";
  for (const std::string& ratio : ratios) html += element("p", ratio);
  for (const std::string& peer : results.skipped) html += faint(peer);
  return html + "</section>\n";
}

std::string verdicts(const Results& results) {
  std::string html = "<section class='card'><h2>The limiting stage of each case</h2>\n<dl>\n";
  for (const CaseResult& result : results.cases) {
    if (!result.measured.is_jpegwire() && result.failure.empty()) continue;
    html += element("dt", result.label) + "<dd>";
    if (!result.verdict.sentence.empty()) html += with_code(result.verdict.sentence);
    if (!result.failure.empty())
      html += fmt::format("<div class='worse'>failed: {}</div>", escaped(result.failure));
    if (!result.has_runs() && result.failure.empty()) html += "not measured";
    html += "</dd>\n";
  }
  return html + "</dl></section>\n";
}

/// The earlier value of the figure, if it differs.
std::string mark_of(const std::optional<Comparison>& comparison, std::size_t index,
                    std::string_view figure) {
  if (!comparison) return "";
  for (const Difference& difference : comparison->differences)
    if (difference.case_index == index && difference.kind.name == figure)
      return fmt::format("<small class='{}'>was {}</small>",
                         difference.is_better() ? "better" : "worse",
                         to_text(difference.earlier, difference.kind.decimals));
  return "";
}

std::string cell(const CaseResult& result, std::string_view name) {
  const auto figure = result.figures.find(name);
  if (figure == result.figures.end()) return "-";
  const Spread& spread = figure->second;
  const int decimals = figure_kind(name).decimals;
  const std::string range =
      spread.repetitions < 2
          ? "one run"
          : fmt::format("{:.{}f} to {:.{}f}", spread.least, decimals, spread.greatest, decimals);
  return fmt::format("{:.{}f}<small>{}</small>", spread.median, decimals, range);
}

std::string table(const Results& results, const std::optional<Comparison>& comparison) {
  std::string html =
      "<section class='card'><h2>Medians, and their spread over the runs</h2>\n"
      "<div class='scroll'><table><tr><th>case</th>";
  for (const std::string_view name : table_figures())
    html += fmt::format("<th>{}<br>{}</th>", figure_kind(name).title, figure_kind(name).unit);
  html += "</tr>\n";
  for (std::size_t i = 0; i < results.cases.size(); ++i) {
    const CaseResult& result = results.cases[i];
    html += fmt::format("<tr><td>{}</td>", escaped(result.label));
    for (const std::string_view name : table_figures())
      html += fmt::format("<td>{}{}</td>", cell(result, name), mark_of(comparison, i, name));
    html += "</tr>\n";
  }
  return html + "</table></div></section>\n";
}

std::string describe_comparison(const std::optional<Comparison>& comparison) {
  if (!comparison) return "";
  std::string html = fmt::format("<section class='card'><h2>Compared with {} of {}</h2>\n",
                                 escaped(comparison->file), escaped(comparison->created));
  for (const std::string& note : comparison->notes) html += faint(note);
  for (const Difference& difference : comparison->differences)
    html += fmt::format("<p class='{}'>{}</p>\n", difference.is_better() ? "better" : "worse",
                        escaped(describe(difference)));
  return html + faint(conclusion_of(*comparison)) + "</section>\n";
}

std::string draw(const Plot& plot) {
  std::string html = "<section class='card'>" + element("h2", plot.title) + faint(plot.note);
  html += plot.svg;
  if (!plot.legend.empty()) {
    html += "<div class='legend'>";
    for (std::size_t i = 0; i < plot.legend.size(); ++i)
      html += fmt::format("<span class='c{}'><i></i><span>{}</span></span>", i % kPlotColours,
                          escaped(plot.legend[i]));
    html += "</div>\n";
  }
  return html + "</section>\n";
}

std::string plots(const Results& results) {
  return "<div class='plots'>\n" + draw(plot_ages(results)) + draw(plot_rates(results)) +
         draw(plot_cpu(results)) + draw(plot_age_by_viewers(results)) + "</div>\n";
}

std::string command_lines(const Results& results) {
  std::string html = "<section class='card'><h2>Command lines</h2>\n" +
                     element("pre", results.options.command_line) +
                     "<details><summary>of each case's first run</summary>\n";
  for (const CaseResult& result : results.cases) {
    if (!result.has_runs()) continue;
    const Run& run = result.runs.front();
    std::string lines = to_shell(run.sender_command);
    if (!run.viewer_commands.empty()) lines += "\n" + run.viewer_commands.front();
    if (run.viewer_commands.size() > 1)
      lines += fmt::format("\n(and {} more viewers)", run.viewer_commands.size() - 1);
    html += element("p", result.label) + element("pre", lines);
  }
  return html + "</details></section>\n";
}

}  // namespace

std::string html_report(const Results& results, const std::optional<Comparison>& comparison) {
  return "<!doctype html>\n<html lang='en'>\n<meta charset='utf-8'>\n"
         "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
         "<title>jpegwire-bench: frame rates and latency</title>\n<style>" +
         std::string(kReportStyle) + "</style>\n<main>\n" + head(results) + warnings(results) +
         verdicts(results) + table(results, comparison) + beside_peers(results) +
         describe_comparison(comparison) + plots(results) + command_lines(results) +
         "</main>\n</html>\n";
}

}  // namespace jpegwire
