#include "bench/comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "bench/json_report.hpp"

namespace jpegwire {
namespace {

using nlohmann::json;

/// What is worth a line; the others depend on these, or on the moment.
constexpr std::array<std::string_view, 10> kCompared{
    "fps",       "age_p50_ms", "age_p90_ms",    "age_p99_ms",    "encode_ms",
    "decode_ms", "network_ms", "sender_cpu_ms", "viewer_cpu_ms", "kb_per_frame"};

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  throw std::runtime_error(fmt::format("cannot compare with '{}': {}", file, why));
}

json read_json(const std::string& file) {
  std::ifstream in(file);
  if (!in) refuse(file, std::generic_category().message(errno));
  json object = json::parse(in, nullptr, false);
  if (!object.is_object() || object.value("format", json()) != kJsonFormat)
    refuse(file, "it is not what jpegwire-bench --json writes");
  if (object.value("version", json()) != kJsonVersion)
    refuse(file, fmt::format("it has version {} of that file, and this program reads version {}; "
                             "measure anew with this one",
                             object.value("version", json()).dump(), kJsonVersion));
  return object;
}

FigureSpreads read_figures(const json& figures) {
  FigureSpreads spreads;
  for (const auto& [name, figure] : figures.items())
    if (const auto spread = read_spread(figure)) spreads[name] = *spread;
  return spreads;
}

std::string text_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

void compare_case(Comparison& comparison, const FigureSpreads& earlier, const CaseResult& result,
                  std::size_t index) {
  for (const std::string_view name : kCompared) {
    const auto before = earlier.find(name);
    const auto now = result.figures.find(name);
    if (before == earlier.end() || now == result.figures.end()) continue;
    if (differs_beyond_noise(before->second, now->second))
      comparison.differences.push_back(
          {index, result.label, figure_kind(name), before->second, now->second});
  }
}

}  // namespace

EarlierRun read_earlier_run(const std::string& file) {
  const json object = read_json(file);
  EarlierRun run{.file = file,
                 .created = text_in(object, "created"),
                 .version = text_in(object.value("versions", json::object()), "jpegwire-sender"),
                 .machine = text_in(object.value("machine", json::object()), "description"),
                 .cases = {}};
  const json cases = object.value("cases", json::array());
  for (const json& one : cases)
    if (one.is_object() && one.contains("case") && one.contains("figures"))
      run.cases.push_back({key_of(one["case"]), read_figures(one["figures"])});
  return run;
}

std::string describe(const Difference& difference) {
  const double change = difference.earlier.median == 0
                            ? 0
                            : 100 * (difference.later.median / difference.earlier.median - 1);
  return fmt::format("{}: {}: {} -> {} {}, {:+.1f} %, {}", difference.label, difference.kind.title,
                     to_text(difference.earlier, difference.kind.decimals),
                     to_text(difference.later, difference.kind.decimals), difference.kind.unit,
                     change, difference.is_better() ? "better" : "worse");
}

Comparison compare(const EarlierRun& earlier, const Results& results) {
  Comparison comparison{earlier.file, earlier.created, {}, {}};
  if (earlier.machine != describe(results.machine))
    comparison.notes.push_back("that was another machine: " + earlier.machine);
  if (earlier.version != results.sender_version)
    comparison.notes.push_back(fmt::format("that was jpegwire-sender {}", earlier.version));
  std::vector<std::string> unknown;
  for (std::size_t i = 0; i < results.cases.size(); ++i) {
    const CaseResult& result = results.cases[i];
    const auto before = std::ranges::find(earlier.cases, key_of(to_json(result.measured)),
                                          &EarlierRun::CaseFigures::key);
    if (before == earlier.cases.end())
      unknown.push_back(result.label);
    else
      compare_case(comparison, before->figures, result, i);
  }
  if (!unknown.empty())
    comparison.notes.push_back(
        fmt::format("these cases are not in it: {}", fmt::join(unknown, "; ")));
  const auto is_single = [](const CaseResult& result) { return result.runs.size() == 1; };
  if (std::ranges::any_of(results.cases, is_single))
    comparison.notes.push_back("a case with one run has no spread, so nothing is said of it");
  return comparison;
}

}  // namespace jpegwire
