#include "bench/report/html_report.hpp"

#include <fmt/format.h>

#include "app/text.hpp"
#include "bench/report/beside_peers.hpp"
#include "bench/report/plots.hpp"
#include "bench/report/svg_plot.hpp"
#include "bench/report/terminal_report.hpp"
#include "bench/runs/commands.hpp"

namespace jpegwire {
namespace {

/// The CSS of the report. Colour-blind readers can distinguish the colours of the series.
constexpr const char* kReportStyle = R"(
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1a2028; --faint: #5b6673; --line: #dfe3e8;
  --warn: #8a4b00; --warn-back: #fff3df; --good: #1b7f4d; --bad: #b3372e;
  --s0: #2a6fdb; --s1: #e0702b; --s2: #159a72; --s3: #b7860b;
  --s4: #d0568f; --s5: #6b53c4; --s6: #2b9fc4; --s7: #7b8a2a; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161b; --card: #1b2128; --ink: #e6eaef; --faint: #9aa6b2; --line: #313a44;
  --warn: #ffc877; --warn-back: #3a2c15; --good: #5fd39a; --bad: #ff8b80;
  --s0: #6aa6ff; --s1: #ff9a5c; --s2: #43c99c; --s3: #e3b341;
  --s4: #ef86b6; --s5: #a695f5; --s6: #63c7e6; --s7: #b4c257; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 28px 20px 60px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; }
h1 { font-size: 25px; margin: 0 0 2px; }
h2 { font-size: 17px; margin: 0 0 2px; }
p { margin: 0 0 6px; }
.faint { color: var(--faint); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 16px 18px; margin-top: 16px; }
.warning { background: var(--warn-back); color: var(--warn); border-color: transparent; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr));
  gap: 16px; margin-top: 16px; }
.plots .card { margin-top: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 0 6px 18px; border-top: 1px solid var(--line);
  white-space: nowrap; vertical-align: top; }
th { white-space: normal; border-top: 0; font-weight: 600; color: var(--faint); vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal;
  min-width: 178px; }
td small { display: block; color: var(--faint); }
.better { color: var(--good); } .worse { color: var(--bad); }
dl { margin: 8px 0 0; display: grid; gap: 6px 18px;
  grid-template-columns: minmax(min-content, max-content) 1fr; }
dt { font-weight: 600; max-width: 20em; } dd { margin: 0; }
@media (max-width: 640px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
code, pre { font: 12.5px/1.5 ui-monospace, "Liberation Mono", monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0 10px; }
svg { width: 100%; height: auto; display: block; margin-top: 8px; }
svg text { fill: var(--faint); font-size: 12px; }
svg .label { fill: var(--ink); font-size: 12.5px; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg path { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
svg circle { fill: currentColor; stroke: var(--card); stroke-width: 1.5; }
svg .range { stroke: currentColor; stroke-width: 1.5; }
svg rect { fill: currentColor; stroke: var(--card); stroke-width: 1; }
svg .dashed path { stroke-dasharray: 6 4; }
.c0 { color: var(--s0); } .c1 { color: var(--s1); } .c2 { color: var(--s2); }
.c3 { color: var(--s3); } .c4 { color: var(--s4); } .c5 { color: var(--s5); }
.c6 { color: var(--s6); } .c7 { color: var(--s7); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin-top: 6px; font-size: 13px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px;
  background: currentColor; margin-right: 6px; }
.legend span > span { color: var(--ink); }
)";

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
                           describe_machine(results))) +
         faint(fmt::format(
             "jpegwire-sender {}, jpegwire-viewer {}; {} of each case, {} s each after {} s "
             "of warm-up{}{}{}",
             results.sender_version, results.viewer_version, counted(options.repetitions, "run"),
             options.seconds, options.warm_up_seconds, common.empty() ? "" : "; ", common,
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

std::string cell(const FigureSpreads& figures, std::string_view name) {
  const auto figure = figures.find(name);
  if (figure == figures.end()) return "-";
  const Spread& spread = figure->second;
  const int decimals = figure_kind(name).decimals;
  const std::string range =
      spread.repetitions < 2
          ? "one run"
          : fmt::format("{:.{}f} to {:.{}f}", spread.least, decimals, spread.greatest, decimals);
  return fmt::format("{:.{}f}<small>{}</small>", spread.median, decimals, range);
}

std::string begin_table(const char* title, const std::vector<std::string_view>& figures) {
  std::string html = fmt::format(
      "<section class='card'><h2>{}</h2>\n<div class='scroll'><table><tr><th>case</th>", title);
  for (const std::string_view name : figures)
    html += fmt::format("<th>{}<br>{}</th>", figure_kind(name).title, figure_kind(name).unit);
  return html + "</tr>\n";
}

std::string table(const Results& results, const std::optional<Comparison>& comparison) {
  std::string html = begin_table("Medians, and their spread over the runs", table_figures());
  for (std::size_t i = 0; i < results.cases.size(); ++i) {
    const CaseResult& result = results.cases[i];
    html += fmt::format("<tr><td>{}</td>", escaped(result.label));
    for (const std::string_view name : table_figures())
      html +=
          fmt::format("<td>{}{}</td>", cell(result.figures, name), mark_of(comparison, i, name));
    html += "</tr>\n";
  }
  return html + "</table></div></section>\n";
}

/// How each case did at each rate of a link whose rate changes.
std::string table_of_phases(const Results& results) {
  std::string rows;
  for (const CaseResult& result : results.cases)
    for (const Phase& phase : result.phases) {
      rows += fmt::format("<tr><td>{}<small>{}</small></td>", escaped(result.label),
                          escaped(phase.label()));
      for (const std::string_view name : phase_figures())
        rows += fmt::format("<td>{}</td>", cell(phase.figures, name));
      rows += "</tr>\n";
    }
  if (rows.empty()) return "";
  return begin_table("While the rate of the link changes", phase_figures()) + rows +
         "</table></div></section>\n";
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
  if (plot.svg.empty()) return "";
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
  std::string over_time;
  for (const Plot& plot : plots_over_time(results)) over_time += draw(plot);
  return "<div class='plots'>\n" + over_time + draw(plot_ages(results)) +
         draw(plot_rates(results)) + draw(plot_cpu(results)) + draw(plot_age_by_viewers(results)) +
         "</div>\n";
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
      lines += fmt::format("\n(and {})", counted(run.viewer_commands.size() - 1, "more viewer"));
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
         verdicts(results) + table(results, comparison) + table_of_phases(results) +
         beside_peers(results) + describe_comparison(comparison) + plots(results) +
         command_lines(results) + "</main>\n</html>\n";
}

}  // namespace jpegwire
