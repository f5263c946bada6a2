#include "bench/runs/phases.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/scheduled_run.hpp"

namespace jpegwire::phases_test {
namespace {

const Case kScheduled{.link = "18mbit@0s,6mbit@2s,18mbit@4s"};

double median(const Phase& phase, const char* figure) { return phase.figures.at(figure).median; }

TEST_CASE("each rate of the link has its figures, and so has the whole run") {
  const std::vector<Phase> phases = phases_of(kScheduled, {scheduled_run()});
  REQUIRE(phases.size() == 4);
  CHECK(phases[0].label() == "18 Mbit/s, 0 to 2 s");
  CHECK(phases[1].label() == "6 Mbit/s, 2 to 4 s");
  CHECK(phases[3].label() == "whole run, 0 to 6 s");
  CHECK(median(phases[0], "fps") == Approx(30));
  CHECK(median(phases[1], "fps") == Approx(10));
  CHECK(median(phases[2], "fps") == Approx(30));
  CHECK(median(phases[3], "fps") == Approx(140.0 / 6));
  CHECK(median(phases[0], "age_max_ms") == 30);
  CHECK(median(phases[1], "age_p50_ms") == 90);
  CHECK(median(phases[3], "age_p50_ms") == 30);
  CHECK(median(phases[3], "age_p99_ms") == 90);
  CHECK(median(phases[3], "age_max_ms") == 90);
}

TEST_CASE("the frame rate of a phase is that of one viewer, its ages are those of all") {
  Run run = scheduled_run();
  run.viewers.push_back(run.viewers[0]);
  run.viewers[1]["timeline"] = {{1'700'000'001, 200.0}};
  const std::vector<Phase> phases = phases_of(kScheduled, {run});
  CHECK(median(phases[0], "fps") == Approx(15.25));
  CHECK(median(phases[0], "age_max_ms") == 200);
  CHECK(median(phases[1], "fps") == Approx(5));
}

TEST_CASE("the figures of a phase have a spread over the repetitions") {
  Run slower = scheduled_run();
  for (nlohmann::json& frame : slower.viewers[0]["timeline"])
    if (frame[1].is_number()) frame[1] = frame[1].get<double>() + 10;
  const std::vector<Phase> phases = phases_of(kScheduled, {scheduled_run(), slower});
  CHECK(to_text(phases[1].figures.at("age_p50_ms"), 0) == "95 (90-100)");
}

TEST_CASE("a phase without a frame has the rate 0 and no age") {
  Run run = scheduled_run();
  run.viewers[0]["timeline"] = nlohmann::json::array();
  const std::vector<Phase> phases = phases_of(kScheduled, {run});
  CHECK(median(phases[1], "fps") == 0);
  CHECK_FALSE(phases[1].figures.contains("age_p50_ms"));
}

TEST_CASE("what a viewer does not report is unknown") {
  Run run = scheduled_run();
  run.viewers[0].erase("timeline");
  const std::vector<Phase> phases = phases_of(kScheduled, {run});
  REQUIRE(phases.size() == 4);
  CHECK(phases[0].figures.empty());
  run.viewers[0]["timeline"] = {{1'700'000'001, 20.0}, "odd", {1}, {nullptr, 3}, {"x", "y"}};
  CHECK(timeline_of(run.viewers[0], run)->size() == 1);
}

TEST_CASE("a link with one rate has no phases") {
  CHECK(phases_of(Case{.link = "20mbit"}, {scheduled_run()}).empty());
  CHECK(phases_of(Case{}, {scheduled_run()}).empty());
  CHECK(phases_of(kScheduled, {}).empty());
}

}  // namespace
}  // namespace jpegwire::phases_test
