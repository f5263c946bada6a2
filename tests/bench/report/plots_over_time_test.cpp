#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/report/html_report.hpp"
#include "bench/report/json_report.hpp"
#include "bench/report/plots.hpp"
#include "bench/report/terminal_report.hpp"
#include "support/scheduled_run.hpp"

namespace jpegwire::plots_over_time_test {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;

/// The titles of the plots that have something to show.
std::vector<std::string> titles_of(const Results& results) {
  std::vector<std::string> titles;
  for (const Plot& plot : plots_over_time(results))
    if (!plot.svg.empty()) titles.push_back(plot.title);
  return titles;
}

const Plot& plot_titled(const std::vector<Plot>& plots, const std::string& title) {
  for (const Plot& plot : plots)
    if (plot.title == title) return plot;
  FAIL("no plot " + title);
  return plots.front();
}

TEST_CASE("the page of a link whose rate changes has plots over time") {
  Results results = results_of_scheduled_runs();
  results.cases[0].runs[0].links_over_time = links_of_scheduled_run();
  CHECK(titles_of(results) == std::vector<std::string>{"Rate over time", "Budget over time",
                                                       "Quality over time", "Frame rate over time",
                                                       "Age over time"});
  const std::string page = html_report(results, std::nullopt);
  CHECK_THAT(page, Contains("<h2>Rate over time</h2>") && Contains("<h2>Age over time</h2>") &&
                       Contains("rate, Mbit/s") && Contains("budget, kB"));
  const std::vector<Plot> plots = plots_over_time(results);
  CHECK(plot_titled(plots, "Rate over time").legend ==
        std::vector<std::string>{"640x480", "the link"});
}

TEST_CASE("plots need what they show: a sender may report no links, and a viewer no frames") {
  Results results = results_of_scheduled_runs();
  CHECK(titles_of(results) == std::vector<std::string>{"Frame rate over time", "Age over time"});
  results.cases[0].runs[0].links_over_time = {
      {{"seconds", 1}, {"links", {{{"rate_mbit", 3.5}, {"quality", nullptr}}, "odd"}}},
      {{"seconds", "odd"}, {"links", json::array()}},
      "odd"};
  results.cases[0].runs[0].viewers[0].erase("timeline");
  CHECK(titles_of(results) == std::vector<std::string>{"Rate over time"});
  CHECK(titles_of(two_cases({8})).empty());
}

// The plot is 320 high, and its y axis goes from 274 at 0 to 14 at the greatest value.
TEST_CASE("the plots show values at their time") {
  Results results = results_of_scheduled_runs();
  results.cases[0].runs[0].links_over_time = links_of_scheduled_run();
  const std::vector<Plot> plots = plots_over_time(results);
  CHECK_THAT(plot_titled(plots, "Quality over time").svg,
             Contains("M58.0 43.2 L136.0 43.2 L214.0 144.0 L292.0 144.0 L370.0 43.2"));
  CHECK_THAT(plot_titled(plots, "Frame rate over time").svg,
             Contains("M77.5 14.0") && Contains("L233.5 187.3"));
}

TEST_CASE("all reports have the figures of each rate of the link") {
  const Results results = results_of_scheduled_runs(2);
  const std::string text = describe(results);
  CHECK_THAT(
      text,
      Contains("while the rate of the link changes") &&
          Contains("640x480: 6 Mbit/s, 2 to 4 s         10.0 (10.0-10.0)  90.0 (90.0-90.0)") &&
          Contains("640x480: whole run, 0 to 6 s"));
  CHECK_THAT(html_report(results, std::nullopt),
             Contains("<h2>While the rate of the link changes</h2>") &&
                 Contains("<small>6 Mbit/s, 2 to 4 s</small>") && Contains("90.0<small>"));
  const json phases = to_json(results)["cases"][0]["phases"];
  REQUIRE(phases.size() == 4);
  CHECK(phases[1]["rate"] == "6 Mbit/s");
  CHECK(phases[1]["begin_seconds"] == 2.0);
  CHECK(phases[1]["end_seconds"] == 4.0);
  CHECK(phases[3]["figures"]["age_max_ms"]["median"] == 90.0);
  CHECK(to_json(two_cases({8}))["cases"][0]["phases"] == json::array());
  CHECK_THAT(describe(two_cases({8})), !Contains("while the rate of the link changes"));
}

TEST_CASE("every report names the congestion controls in use") {
  Results results = two_cases({8});
  CHECK_THAT(describe(results), Contains("TCP congestion control unknown"));
  results.machine.congestion_control = "reno";
  CHECK_THAT(describe(results), Contains("TCP congestion control reno\n"));
  CHECK(to_json(results)["machine"]["congestion_control"] == "reno");
  results.cases[0].measured.congestion_control = "cubic";
  results.cases[1].measured.congestion_control = "bbr";
  CHECK_THAT(describe(results), Contains("TCP congestion control cubic, bbr\n"));
  CHECK_THAT(html_report(results, std::nullopt), Contains("TCP congestion control cubic, bbr<"));
}

}  // namespace
}  // namespace jpegwire::plots_over_time_test
