#include "bench/report/comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <system_error>

#include "app/text.hpp"
#include "bench/report/json_report.hpp"

namespace jpegwire {
namespace {

using nlohmann::json;

/// The compared figures; the others depend on these, or vary with the machine's load.
constexpr std::array<std::string_view, 11> kCompared{
    "fps",       "whole_fps",  "age_p50_ms",    "age_p90_ms",    "age_p99_ms",  "encode_ms",
    "decode_ms", "network_ms", "sender_cpu_ms", "viewer_cpu_ms", "kb_per_frame"};

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  throw std::runtime_error(fmt::format("cannot compare with '{}': {}", file, why));
}

/// For a terminal and a page.
std::string describe_value(const json& value) {
  constexpr std::size_t kMaxBytes = 300;
  if (value.is_string())
    return value == "" ? "none" : quotable(value.get<std::string>(), kMaxBytes);
  if (!value.is_array()) return value.is_null() ? "unknown" : quotable(key_of(value), kMaxBytes);
  std::vector<std::string> words;
  for (const json& word : value) words.push_back(describe_value(word));
  return words.empty() ? "none" : quotable(fmt::format("'{}'", fmt::join(words, " ")), kMaxBytes);
}

json read_json(const std::string& file) {
  std::ifstream in(file);
  if (!in) refuse(file, std::generic_category().message(errno));
  json object = json::parse(in, nullptr, false);
  if (!object.is_object() || object.value("format", json()) != kJsonFormat)
    refuse(file, "it is not what jpegwire-bench --json writes");
  if (object.value("version", json()) != kJsonVersion)
    refuse(file, fmt::format("the file has version {}, and this program reads version {}; repeat "
                             "the earlier run with this program",
                             describe_value(object.value("version", json())), kJsonVersion));
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

json object_in(const json& object, const char* name) {
  const json value = object.value(name, json());
  return value.is_object() ? value : json::object();
}

void compare_case(Comparison& comparison, const FigureSpreads& earlier, const CaseResult& result,
                  std::size_t index) {
  for (const std::string_view name : kCompared) {
    const auto before = earlier.find(name);
    const auto now = result.figures.find(name);
    if (before == earlier.end() || now == result.figures.end()) continue;
    if (!have_noise(before->second, now->second)) continue;
    ++comparison.compared_figures;
    if (differs_beyond_noise(before->second, now->second))
      comparison.differences.push_back(
          {index, result.label, figure_kind(name), before->second, now->second});
  }
}

void note_origin(Comparison& comparison, const EarlierRun& earlier, const Results& results) {
  const auto note = [&](const std::string& then, const std::string& now, const char* what,
                        const char* unknown) {
    if (then != now) comparison.notes.push_back(then.empty() ? unknown : what + quotable(then));
  };
  note(earlier.machine, describe(results.machine),
       "the earlier run was on another machine: ", "the earlier file does not name its machine");
  note(earlier.congestion_control, results.machine.congestion_control,
       "the earlier run's system used the TCP congestion control ",
       "the earlier file does not name its TCP congestion control");
  note(earlier.version, results.sender_version, "the earlier run used jpegwire-sender ",
       "the earlier file does not name its version");
}

void note_settings(Comparison& comparison, const EarlierRun& earlier, const Results& results) {
  const json settings = to_json(results)["settings"];
  for (const char* name :
       {"seconds", "warm_up", "sender_options", "viewer_options", "viewer_host"}) {
    const json then = earlier.settings.value(name, json());
    if (then == settings[name]) continue;
    std::string option = name;
    std::ranges::replace(option, '_', '-');
    comparison.notes.push_back(fmt::format("--{} was {} and is {}", option, describe_value(then),
                                           describe_value(settings[name])));
  }
}

void note_cases(Comparison& comparison, const char* what, const std::vector<std::string>& cases) {
  if (!cases.empty())
    comparison.notes.push_back(fmt::format("{}: {}", what, fmt::join(cases, "; ")));
}

/// The values in which the cases of both runs differ.
std::string label_of(const json& one, const std::vector<json>& all) {
  std::vector<std::string> words;
  for (const auto& [name, value] : one.items()) {
    const auto is_other = [&](const json& other) { return other.value(name, json()) != value; };
    if (std::ranges::any_of(all, is_other))
      words.push_back(fmt::format("{} {}", quotable(name), describe_value(value)));
  }
  return quotable(words.empty() ? key_of(one) : fmt::format("{}", fmt::join(words, ", ")));
}

std::vector<std::string> cases_left_out(const EarlierRun& earlier, const Results& results) {
  std::vector<json> all;
  std::set<std::string> measured;
  for (const CaseResult& result : results.cases)
    measured.insert(key_of(all.emplace_back(to_json(result.measured))));
  for (const EarlierRun::CaseFigures& one : earlier.cases) all.push_back(one.values);
  std::vector<std::string> labels;
  for (const EarlierRun::CaseFigures& one : earlier.cases)
    if (!measured.contains(one.key)) labels.push_back(label_of(one.values, all));
  return labels;
}

void compare_cases(Comparison& comparison, const EarlierRun& earlier, const Results& results) {
  std::vector<std::string> unknown;
  std::vector<std::string> failed_then;
  std::vector<std::string> failed_now;
  for (std::size_t i = 0; i < results.cases.size(); ++i) {
    const CaseResult& result = results.cases[i];
    const auto before = std::ranges::find(earlier.cases, key_of(to_json(result.measured)),
                                          &EarlierRun::CaseFigures::key);
    if (before == earlier.cases.end()) {
      unknown.push_back(result.label);
      continue;
    }
    if (before->figures.empty()) failed_then.push_back(result.label);
    if (result.figures.empty()) failed_now.push_back(result.label);
    compare_case(comparison, before->figures, result, i);
  }
  note_cases(comparison, "cases only in this run", unknown);
  note_cases(comparison, "cases only in the earlier run", cases_left_out(earlier, results));
  note_cases(comparison, "cases without figures in the earlier run", failed_then);
  note_cases(comparison, "cases without figures in this run", failed_now);
}

}  // namespace

EarlierRun read_earlier_run(const std::string& file) {
  const json object = read_json(file);
  const std::string created = text_in(object, "created");
  EarlierRun run{.file = file,
                 .created = created.empty() ? "an unknown time" : quotable(created),
                 .version = text_in(object_in(object, "versions"), "jpegwire-sender"),
                 .machine = text_in(object_in(object, "machine"), "description"),
                 .congestion_control = text_in(object_in(object, "machine"), "congestion_control"),
                 .settings = object_in(object, "settings"),
                 .cases = {}};
  const json cases = object.value("cases", json::array());
  for (const json& one : cases) {
    if (!one.is_object()) continue;
    const json values = object_in(one, "case");
    if (!values.empty())
      run.cases.push_back({values, key_of(values), read_figures(object_in(one, "figures"))});
  }
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

std::string conclusion_of(const Comparison& comparison) {
  if (comparison.compared_figures == 0) return "nothing could be compared";
  return comparison.differences.empty() ? "nothing differs by more than the noise"
                                        : "all else is within the noise";
}

Comparison compare(const EarlierRun& earlier, const Results& results) {
  Comparison comparison{earlier.file, earlier.created, {}, {}};
  note_origin(comparison, earlier, results);
  note_settings(comparison, earlier, results);
  compare_cases(comparison, earlier, results);
  const auto is_single = [](const CaseResult& result) { return result.runs.size() == 1; };
  if (std::ranges::any_of(results.cases, is_single))
    comparison.notes.push_back("a case with one run has no spread, so it is not compared");
  return comparison;
}

}  // namespace jpegwire
