#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "bench/report/html_report.hpp"
#include "bench/report/json_report.hpp"
#include "bench/report/plots.hpp"
#include "bench/report/svg_plot.hpp"
#include "bench/report/terminal_report.hpp"
#include "support/bench_runs.hpp"

namespace jpegwire::reports_test {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;

std::size_t count_of(const std::string& text, const std::string& words) {
  std::size_t count = 0;
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
    ++count;
  return count;
}

/// The same case, without a successful run.
CaseResult failed(const CaseResult& result, const std::string& failure) {
  CaseResult without_runs;
  without_runs.measured = result.measured;
  without_runs.label = result.label;
  without_runs.failure = failure;
  return without_runs;
}

TEST_CASE("columns are as wide as their widest cell") {
  CHECK(in_columns({{"case", "x"}, {"a", "1000"}}) == "case     x\na     1000\n");
}

TEST_CASE("the terminal shows figures with their spread, the verdicts and the machine") {
  const std::string text = describe(two_cases({8, 9, 10}));
  CHECK_THAT(text, Contains("9.0 (8.0-10.0)") && Contains("none: all 30 frames/s") &&
                       Contains("2 cores of a <fast> one") && Contains("3 runs"));
  CHECK_THAT(describe(two_cases({8})), Contains("8.0 (one run)"));
}

TEST_CASE("every report has the whole frames beside the shown ones") {
  Results results = two_cases({8});
  results.cases[0].runs[0].viewers[0]["frames"] = 50;
  results.cases[0].runs[0].viewers[0]["patched"] = 100;
  evaluate(results.cases[0], results.machine);
  CHECK_THAT(describe(results), Contains("whole") && Contains("30.0 (one run)  10.0 (one run)") &&
                                    Contains("10.0 of 30.0 frames/s shown are whole"));
  CHECK_THAT(html_report(results, std::nullopt),
             Contains("<th>whole frames shown<br>frames/s</th>"));
  CHECK(to_json(results)["cases"][0]["figures"]["whole_fps"]["median"].get<double>() == Approx(10));
}

TEST_CASE("failed and unmeasured cases are reported") {
  Results results = two_cases({8, 9});
  results.is_complete = false;
  results.cases[0].failure = "jpegwire-viewer was ended by a signal";
  results.cases[1].runs.clear();
  results.cases[1].figures.clear();
  CHECK_THAT(describe(results), Contains("failed: jpegwire-viewer was ended by a signal") &&
                                    Contains("not measured") && Contains("interrupted"));
}

TEST_CASE("the --json file has all results") {
  const json file = to_json(two_cases({8, 9, 10}));
  CHECK(file["format"] == "jpegwire-bench");
  CHECK(file["version"] == 1);
  CHECK(file["machine"]["cores"] == 2);
  CHECK(file["versions"]["jpegwire-sender"] == "1.2.3");
  REQUIRE(file["cases"].size() == 2);
  const json& one = file["cases"][0];
  CHECK(one["case"]["size"] == "640x480");
  CHECK(one["figures"]["age_p50_ms"]["median"].get<double>() == Approx(9));
  CHECK(one["figures"]["age_p50_ms"]["repetitions"] == 3);
  CHECK(one["age_cdf_ms"].size() == 21);
  CHECK(one["verdict"]["bottleneck"] == "none");
  CHECK(one["failure"].is_null());
  REQUIRE(one["runs"].size() == 3);
  CHECK(one["runs"][0]["viewers"][0]["frames"] == 150);
  CHECK(one["runs"][0]["sender_command"] == "jpegwire-sender --source test");
  CHECK(one["runs"][0]["cpu_seconds"]["sender_threads"]["encode"] == 0.3);
}

TEST_CASE("the --json file is valid UTF-8 even if names are not") {
  Results results = two_cases({8});
  results.cases[0].measured.source = "film\xff.mkv";
  CHECK(json::parse(to_text(to_json(results)))["cases"].size() == 2);
}

TEST_CASE("a case without a run has no verdict in the --json file") {
  Results results = two_cases({8});
  results.cases[1] = failed(results.cases[1], "it is gone");
  const json file = to_json(results);
  CHECK(file["cases"][1]["verdict"].is_null());
  CHECK(file["cases"][1]["failure"] == "it is gone");
}

TEST_CASE("the page has plots, figures and command lines, and loads nothing") {
  const std::string page = html_report(two_cases({8, 9, 10}), std::nullopt);
  CHECK(count_of(page, "<svg") == 3);  // there is one number of viewers only
  CHECK(count_of(page, "<section") == count_of(page, "</section>"));
  CHECK_THAT(page, Contains("prefers-color-scheme: dark") && Contains("a &lt;fast&gt; one") &&
                       Contains("jpegwire-bench --size 640x480,1280x720") &&
                       Contains("8.0 to 10.0") && Contains("3 runs of each case"));
  CHECK_THAT(page, !Contains("Age against viewers"));
  for (const char* elsewhere : {"src=", "href=", "url(", "@import"})
    CHECK(count_of(page, elsewhere) == 0);
}

TEST_CASE("the page marks figures that differ from an earlier run") {
  Comparison comparison{.file = "old <1>.json", .created = "then", .differences = {}, .notes = {}};
  const Results results = two_cases({8, 9, 10});
  comparison.differences.push_back(
      {0, "640x480", figure_kind("age_p50_ms"), {5, 4, 6, 3}, {9, 8, 10, 3}});
  const std::string page = html_report(results, comparison);
  CHECK_THAT(page, Contains("<small class='worse'>was 5.0 (4.0-6.0)</small>") &&
                       Contains("old &lt;1&gt;.json"));
}

TEST_CASE("the page says if nothing could be compared") {
  const Comparison comparison{.file = "old", .created = "then", .differences = {}, .notes = {}};
  CHECK_THAT(html_report(two_cases({8, 9}), comparison), Contains("nothing could be compared"));
}

TEST_CASE("the plot of CPU by stage shows the spread of the sum over the runs") {
  Results results = two_cases({8, 9, 10});
  results.cases[0].runs[1].viewer_threads["decode"] += 0.15;  // 1 ms for each of 150 frames
  CHECK_THAT(plot_cpu(results).svg,
             Contains("640x480: 6.9 (6.9-7.9) ms") && Contains("1280x720: 6.9 (6.9-6.9) ms"));
  CHECK_THAT(plot_cpu(two_cases({8})).svg, Contains("6.9 (one run) ms"));
}

TEST_CASE("the title of the age plot names the start of the age") {
  Results results = two_cases({8});
  CHECK(plot_ages(results).title == "Age of a frame, capture to decoded pixels");
  for (CaseResult& result : results.cases) result.measured.optical = true;
  CHECK(plot_ages(results).title == "Age of a frame, light to decoded pixels");
}

TEST_CASE("a page without successful cases shows the failures") {
  Results results = two_cases({8});
  for (CaseResult& result : results.cases) result = failed(result, "<gone>");
  const std::string page = html_report(results, std::nullopt);
  CHECK(count_of(page, "<svg") == 0);
  CHECK_THAT(page, Contains("failed: &lt;gone&gt;"));
}

TEST_CASE("an axis has round numbers and includes the greatest value") {
  for (const double greatest : {0.0, 0.3, 7.0, 10.0, 61.0, 9999.0}) {
    const Axis axis = axis_from_zero("x", greatest);
    INFO(greatest);
    CHECK(axis.ticks.front().value == 0);
    CHECK(axis.ticks.back().value >= greatest);
    CHECK(axis.ticks.size() >= 2);
    CHECK(axis.ticks.size() <= 8);
  }
  CHECK(axis_from_zero("x", 61).ticks[1].label == "20");
}

TEST_CASE("a logarithmic axis includes both values") {
  const Axis axis = axis_of_magnitudes("x", 1.3, 180);
  CHECK(axis.ticks.front().label == "1");
  CHECK(axis.ticks.back().label == "200");
  CHECK(axis_of_magnitudes("x", 2, 2).ticks.size() == 2);
}

}  // namespace
}  // namespace jpegwire::reports_test
