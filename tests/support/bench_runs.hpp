#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/runs/results.hpp"

namespace jpegwire {

/// The summary of a viewer that saw this number of frames, all of this age.
inline nlohmann::json viewer_summary(int frames, double age_ms, double fps = 30) {
  nlohmann::json summary = {{"frames", frames},
                            {"seconds", frames / fps},
                            {"bytes", 100'000 * frames},
                            {"patched", 0},
                            {"fps", fps},
                            {"displayed", frames},
                            {"skipped_decode", 0},
                            {"skipped_display", 0},
                            {"cpu_seconds", 0.5},
                            {"stages_ms", {{"network", {{"p50", 0.2}}}, {"decode", {{"p50", 2}}}}},
                            {"age_ms", {{"p50", age_ms}, {"p99", age_ms}}}};
  summary["age_ms"]["cdf"] = std::vector<double>(21, age_ms);
  return summary;
}

/// Five seconds at 30 frames/s with one viewer, without any loss.
inline Run good_run(double age_ms = 8) {
  Run run;
  run.sender_command = {"jpegwire-sender", "--source", "test"};
  run.viewer_commands = {"jpegwire-viewer tcp://127.0.0.1:2500"};
  run.seconds = 5;
  run.sender_begin = {{"seconds", 1.0},     {"captured", 30},      {"encoded", 30},
                      {"bytes", 3'000'000}, {"skipped_encode", 0}, {"passthrough", 0}};
  run.sender_end = {{"seconds", 6.0},
                    {"captured", 180},
                    {"encoded", 180},
                    {"bytes", 18'000'000},
                    {"skipped_encode", 0},
                    {"passthrough", 0},
                    {"encode_ms", {{"p50", 3.0}}}};
  run.sender = {{"source", "test card <1280x720>"},
                {"viewers", {{{"frames", 180}, {"skipped", 0}}}}};
  run.viewers = {viewer_summary(150, age_ms)};
  run.sender_threads = {{"main", 0.03}, {"capture", 0.06}, {"encode", 0.3}, {"bands", 0.15}};
  run.viewer_threads = {{"main", 0.015}, {"network", 0.03}, {"decode", 0.3}, {"bands", 0.15}};
  run.sender_cpu_seconds = 0.54;
  run.viewer_cpu_seconds = 0.495;
  run.bench_cpu_seconds = 0.00207;
  run.machine = {.busy = 2, .idle = 8, .stolen = 0};
  return run;
}

/// Two cases with these ages, one for each repetition.
inline Results two_cases(const std::vector<double>& ages_ms) {
  Results results;
  results.created = "2026-01-02T03:04:05Z";
  results.version = results.sender_version = results.viewer_version = "1.2.3";
  results.machine = {
      .host = "lab", .processor = "a <fast> one", .kernel = "Linux", .cores = 2, .memory_gb = 8};
  Matrix& matrix = results.options.matrix;
  matrix = {.sizes = {PictureSize{640, 480}, PictureSize{1280, 720}},
            .frame_rates = {30},
            .qualities = {80},
            .transports = {Transport::tcp},
            .viewers = {1},
            .threads = {2},
            .sources = {"test"}};
  results.options.repetitions = static_cast<int>(ages_ms.size());
  results.options.command_line = "jpegwire-bench --size 640x480,1280x720";
  const std::vector<Case> cases = cases_of(matrix);
  const std::vector<std::string> labels = labels_of(cases);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CaseResult& result = results.cases.emplace_back();
    result.measured = cases[i];
    result.label = labels[i];
    for (const double age_ms : ages_ms) result.runs.push_back(good_run(age_ms));
    evaluate(result, results.machine);
  }
  return results;
}

}  // namespace jpegwire
