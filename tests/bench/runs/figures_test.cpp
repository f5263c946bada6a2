#include "bench/runs/figures.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/bench_runs.hpp"

namespace jpegwire::figures_test {
namespace {

TEST_CASE("a spread has the median, the minimum and the maximum") {
  const Spread spread = spread_of({3, 1, 2}).value();
  CHECK(spread.median == 2);
  CHECK(spread.least == 1);
  CHECK(spread.greatest == 3);
  CHECK(spread_of({1, 2, 3, 10})->median == 2.5);
  CHECK_FALSE(spread_of({}));
}

TEST_CASE("every figure is shown with its spread") {
  CHECK(to_text(spread_of({29.94, 30.0, 29.8}).value(), 1) == "29.9 (29.8-30.0)");
  CHECK(to_text(spread_of({29.94}).value(), 1) == "29.9 (one run)");
}

TEST_CASE("a spread is read as it was written, and other values are rejected") {
  const Spread spread = spread_of({1, 2, 4}).value();
  const auto again = read_spread(to_json(spread));
  REQUIRE(again);
  CHECK(again->median == 2);
  CHECK(again->greatest == 4);
  CHECK(again->repetitions == 3);
  CHECK_FALSE(read_spread(nlohmann::json::array()));
  CHECK_FALSE(read_spread({{"median", 1}}));
  CHECK_FALSE(read_spread({{"median", "1"}, {"least", 1}, {"greatest", 1}, {"repetitions", 2}}));
  for (const double repetitions : {1e300, -1e300, 0.0, -1.0})
    CHECK_FALSE(
        read_spread({{"median", 1}, {"least", 1}, {"greatest", 1}, {"repetitions", repetitions}}));
}

TEST_CASE("figures differ only if the change exceeds the noise of both") {
  const Spread old = spread_of({10, 10.5, 11}).value();
  CHECK(differs_beyond_noise(old, spread_of({14, 14.5, 15}).value()));
  CHECK(differs_beyond_noise(old, spread_of({6, 6.5, 7}).value()));
  // The ranges touch, or one of them is as wide as the change.
  CHECK_FALSE(differs_beyond_noise(old, spread_of({11, 12, 13}).value()));
  CHECK_FALSE(differs_beyond_noise(old, spread_of({11.5, 12, 18}).value()));
  // Less than 1 %, although neither varies.
  CHECK_FALSE(differs_beyond_noise(spread_of({10, 10}).value(), spread_of({10.05, 10.05}).value()));
  // The noise of a single run is unknown.
  CHECK_FALSE(differs_beyond_noise(old, spread_of({20}).value()));
}

TEST_CASE("rates and sizes are computed between the two ends of the window") {
  const Figures figures = figures_of(good_run(), Case{});
  CHECK(figures.at("fps") == Approx(30));
  CHECK(figures.at("captured_fps") == Approx(30));
  CHECK(figures.at("encoded_fps") == Approx(30));
  CHECK(figures.at("kb_per_frame") == Approx(100));
  CHECK(figures.at("mbit_per_second") == Approx(24));
  CHECK(figures.at("age_p50_ms") == Approx(8));
  CHECK(figures.at("age_p99_ms") == Approx(8));
}

TEST_CASE("CPU is reported per frame, and the stages sum up to the total") {
  const Figures figures = figures_of(good_run(), Case{});
  CHECK(figures.at("sender_cpu_ms") == Approx(3.6));
  CHECK(figures.at("cpu_capture_ms") + figures.at("cpu_encode_ms") + figures.at("cpu_send_ms") ==
        Approx(figures.at("sender_cpu_ms")));
  CHECK(figures.at("viewer_cpu_ms") == Approx(3.3));
  CHECK(figures.at("cpu_receive_ms") + figures.at("cpu_decode_ms") + figures.at("cpu_display_ms") ==
        Approx(figures.at("viewer_cpu_ms")));
}

TEST_CASE("the machine's CPU is divided into programs, bench and others") {
  const Figures figures = figures_of(good_run(), Case{});
  CHECK(figures.at("busy_percent") == Approx(20));
  CHECK(figures.at("others_percent") == Approx(9.63).margin(0.01));
  CHECK(figures.at("stolen_percent") == 0);
  CHECK(figures.at("bench_percent") == Approx(0.2));
}

TEST_CASE("discarded frames are reported by stage") {
  Run run = good_run();
  run.sender_end["captured"] = 1530;
  run.sender_end["skipped_encode"] = 1350;
  run.sender["viewers"][0] = {{"frames", 90}, {"skipped", 10}};
  run.viewers[0]["skipped_decode"] = 51;
  run.viewers[0]["skipped_display"] = 151;
  const Figures figures = figures_of(run, Case{});
  CHECK(figures.at("skipped_encode_percent") == Approx(90));
  CHECK(figures.at("skipped_network_percent") == Approx(10));
  CHECK(figures.at("skipped_decode_percent") == Approx(25));
  CHECK(figures.at("skipped_display_percent") == Approx(50));
  CHECK_FALSE(figures.contains("lost_percent"));
}

TEST_CASE("the share of lost packets is reported") {
  Run run = good_run();
  run.viewers[0]["packets"] = 98;
  run.viewers[0]["packets_lost"] = 2;
  CHECK(figures_of(run, Case{}).at("lost_percent") == Approx(2));
}

TEST_CASE("whole frames are reported beside those shown with older parts") {
  Run run = good_run();
  run.viewers[0]["frames"] = 50;
  run.viewers[0]["patched"] = 100;
  run.viewers[0]["packets"] = 98;
  run.viewers[0]["packets_lost"] = 4;
  run.viewers[0]["packets_recovered"] = 3;
  const Figures figures = figures_of(run, Case{});
  CHECK(figures.at("fps") == Approx(30));
  CHECK(figures.at("whole_fps") == Approx(10));
  CHECK(figures.at("patched_percent") == Approx(100.0 * 2 / 3));
  CHECK(figures.at("restored_percent") == Approx(75));
  CHECK(figures_of(good_run(), Case{}).at("whole_fps") == Approx(30));
  CHECK(figures_of(Run{}, Case{}).at("whole_fps") == 0);
}

TEST_CASE("the mean and the slowest of several viewers are reported") {
  Run run = good_run();
  run.viewers.push_back(viewer_summary(50, 20, 10));
  const Figures figures = figures_of(run, Case{.viewers = 2});
  CHECK(figures.at("fps") == Approx(20));
  CHECK(figures.at("fps_least") == Approx(10));
  CHECK(figures.at("age_p50_ms") == Approx(8));
  CHECK(figures.at("age_p90_ms") == Approx(20));
}

TEST_CASE("remote viewers report their total CPU, and not by stage") {
  Run run = good_run();
  run.viewer_threads.clear();
  run.viewer_cpu_seconds = 0;
  const Figures figures = figures_of(run, Case{});
  CHECK(figures.at("viewer_cpu_ms") == Approx(1000 * 0.5 / 150));
  CHECK_FALSE(figures.contains("cpu_decode_ms"));
}

TEST_CASE("unknown figures are omitted") {
  Run run = good_run();
  run.viewers[0]["age_ms"] = nullptr;
  run.viewers[0]["stages_ms"] = nlohmann::json::object();
  const Figures figures = figures_of(run, Case{});
  CHECK_FALSE(figures.contains("age_p50_ms"));
  CHECK_FALSE(figures.contains("network_ms"));
  CHECK(figures_of(Run{}, Case{}).at("fps") == 0);
}

TEST_CASE("a stream that stops within the window does not keep its earlier rate") {
  Run run = good_run();
  run.viewers[0] = viewer_summary(30, 8, 30);
  run.viewers[0]["seconds"] = 5;
  run.viewers[0]["idle_seconds"] = 4;
  CHECK(figures_of(run, Case{}).at("fps") == Approx(6));
}

TEST_CASE("ages are weighted by the frames that have one, and too few cause a warning") {
  Run run = good_run();
  run.viewers[0]["age_ms"]["frames"] = 15;
  run.viewers.push_back(viewer_summary(150, 20));
  const Figures figures = figures_of(run, Case{.viewers = 2});
  CHECK(figures.at("age_p50_ms") == Approx(20));
  CHECK(figures.at("age_known_percent") == Approx(55));
  Results results = two_cases({8});
  CaseResult& result = results.cases[0];
  result.runs = {run};
  evaluate(result, results.machine);
  CHECK(warnings_of(results).empty());
  result.measured.optical = true;
  CHECK_THAT(warnings_of(results).at(0), Catch::Contains("no more than 55 %"));
}

TEST_CASE("the packet relay of a link does not count as the bench's CPU") {
  Run run = good_run();
  run.link_cpu_seconds = 0.5;
  CHECK(figures_of(run, Case{}).at("bench_percent") == Approx(0.2).margin(0.001));
  run.bench_cpu_seconds = 0.1;
  Results results = two_cases({8});
  results.cases[0].runs = {run};
  evaluate(results.cases[0], results.machine);
  CHECK_THAT(warnings_of(results).at(0), Catch::Contains("jpegwire-bench itself"));
}

TEST_CASE("every figure has a title") {
  for (const auto& [name, value] : figures_of(good_run(), Case{})) {
    INFO(name);
    CHECK(figure_kind(name).name == name);
  }
}

TEST_CASE("a busy machine causes a warning for each cause") {
  Results results = two_cases({8, 9});
  CHECK(warnings_of(results).empty());
  results.load_before = 3;
  CHECK(warnings_of(results).size() == 1);
  Run& run = results.cases[0].runs[0];
  run.machine = {.busy = 8, .idle = 1, .stolen = 1};
  evaluate(results.cases[0], results.machine);
  CHECK(warnings_of(results).size() == 3);
}

}  // namespace
}  // namespace jpegwire::figures_test
