#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "support/bench_runs.hpp"

namespace jpegwire {

/// A run of six seconds whose link has a third of the rate in the middle two: the viewer then shows
/// 10 frames/s, 90 ms old, before and after that 30 frames/s, 30 ms old. One frame of the warm-up
/// is 500 ms old, and one in the middle has no age.
inline Run scheduled_run() {
  Run run = good_run();
  run.begin = WallTime(std::chrono::seconds(1'700'000'000));
  run.seconds = 6;
  const auto frame = [](double seconds, const nlohmann::json& age_ms) {
    return nlohmann::json::array({1'700'000'000 + seconds, age_ms});
  };
  nlohmann::json& timeline = run.viewers[0]["timeline"];
  timeline.push_back(frame(-0.5, 500.0));
  for (int i = 0; i < 180; ++i) {
    const bool is_slow = i >= 60 && i < 120;
    if (is_slow && i % 3 != 0) continue;
    timeline.push_back(
        frame((i + 0.5) / 30, i == 60 ? nlohmann::json() : nlohmann::json(is_slow ? 90.0 : 30.0)));
  }
  return run;
}

/// What a sender may report of its links while that run goes on.
inline nlohmann::json links_of_scheduled_run() {
  nlohmann::json samples = nlohmann::json::array();
  for (int i = 0; i < 6; ++i) {
    const bool is_slow = i == 2 || i == 3;
    samples.push_back({{"seconds", i},
                       {"links",
                        {{{"peer", "198.18.0.2:1"},
                          {"rate_mbit", is_slow ? 4.0 : 16.0},
                          {"budget_kb", is_slow ? 15.0 : 60.0},
                          {"quality", is_slow ? 40 : 71}}}}});
  }
  return samples;
}

/// One case with that run, once for each repetition.
inline Results results_of_scheduled_runs(int repetitions = 1) {
  Results results = two_cases({8});
  results.options.matrix.link = "18mbit@0s,6mbit@2s,18mbit@4s";
  results.cases.resize(1);
  CaseResult& result = results.cases[0];
  result.measured.link = results.options.matrix.link;
  result.runs.assign(static_cast<std::size_t>(repetitions), scheduled_run());
  evaluate(result, results.machine);
  return results;
}

}  // namespace jpegwire
