#include "bench/report/comparison.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/report/json_report.hpp"
#include "bench/report/terminal_report.hpp"
#include "support/bench_runs.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::comparison_test {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;

/// The --json file of an earlier run.
class EarlierFile {
 public:
  explicit EarlierFile(const std::string& text) { std::ofstream(path()) << text; }
  std::string path() const { return directory_ / "old.json"; }

 private:
  TemporaryDirectory directory_;
};

Comparison compare_with(const json& earlier, const Results& results) {
  const EarlierFile file(earlier.dump());
  return compare(read_earlier_run(file.path()), results);
}

std::string refusal_for(const std::string& text) {
  const EarlierFile file(text);
  try {
    read_earlier_run(file.path());
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a run does not differ from itself") {
  const Results results = two_cases({8, 8.2, 8.4});
  const Comparison comparison = compare_with(to_json(results), results);
  CHECK(comparison.differences.empty());
  CHECK(comparison.notes.empty());
  CHECK(comparison.created == results.created);
}

TEST_CASE("figures that differ by more than the noise are listed as better or worse") {
  const Comparison comparison =
      compare_with(to_json(two_cases({8, 8.2, 8.4})), two_cases({6, 6.2, 6.4}));
  REQUIRE(comparison.differences.size() == 6);  // three percentiles of two cases
  const Difference& first = comparison.differences.front();
  CHECK(first.label == "640x480");
  CHECK(first.kind.name == "age_p50_ms");
  CHECK(first.is_better());
  CHECK_THAT(describe(first),
             Contains("8.2 (8.0-8.4) -> 6.2 (6.0-6.4) ms") && Contains("-24.4 %, better"));
}

TEST_CASE("fewer whole frames are worse, even if as many are shown") {
  Results results = two_cases({8, 8.2, 8.4});
  const json earlier = to_json(results);
  for (Run& run : results.cases[0].runs) {
    run.viewers[0]["frames"] = 50;
    run.viewers[0]["patched"] = 100;
  }
  evaluate(results.cases[0], results.machine);
  const Comparison comparison = compare_with(earlier, results);
  const auto whole = std::ranges::find_if(
      comparison.differences, [](const Difference& one) { return one.kind.name == "whole_fps"; });
  REQUIRE(whole != comparison.differences.end());
  CHECK_FALSE(whole->is_better());
}

TEST_CASE("figures within the noise are not listed") {
  CHECK(
      compare_with(to_json(two_cases({8, 9, 10})), two_cases({9.5, 10.5, 11})).differences.empty());
}

TEST_CASE("another machine, another version and new cases are noted") {
  json earlier = to_json(two_cases({8, 8.2}));
  earlier["machine"]["description"] = "a pocket calculator";
  earlier["versions"]["jpegwire-sender"] = "0.0.1";
  earlier["cases"].erase(1);
  const Comparison comparison = compare_with(earlier, two_cases({8, 8.2}));
  REQUIRE(comparison.notes.size() == 3);
  CHECK_THAT(comparison.notes[0], Contains("pocket calculator"));
  CHECK_THAT(comparison.notes[1], Contains("0.0.1"));
  CHECK_THAT(comparison.notes[2], Contains("1280x720"));
}

TEST_CASE("another congestion control of the system is noted") {
  Results results = two_cases({8, 8.2});
  results.machine.congestion_control = "cubic";
  json earlier = to_json(results);
  CHECK(compare_with(earlier, results).notes.empty());
  earlier["machine"]["congestion_control"] = "bbr";
  CHECK(compare_with(earlier, results).notes ==
        std::vector<std::string>{"the earlier run's system used the TCP congestion control bbr"});
  earlier["machine"].erase("congestion_control");
  REQUIRE(compare_with(earlier, results).notes.size() == 1);
  CHECK_THAT(compare_with(earlier, results).notes[0], Contains("does not name its TCP"));
}

TEST_CASE("different settings are noted") {
  json earlier = to_json(two_cases({8, 8.2}));
  earlier["settings"]["seconds"] = 60;
  earlier["settings"]["sender_options"] = {"--fec", "10"};
  earlier["settings"].erase("viewer_host");
  earlier["settings"]["repetitions"] = 7;  // not noted, because the figures show it
  const Comparison comparison = compare_with(earlier, two_cases({8, 8.2}));
  REQUIRE(comparison.notes.size() == 3);
  CHECK(comparison.notes[0] == "--seconds was 60 and is 5.0");
  CHECK(comparison.notes[1] == "--sender-options was '--fec 10' and is none");
  CHECK(comparison.notes[2] == "--viewer-host was unknown and is none");
}

TEST_CASE("cases that only the earlier run has are named by the values that differ") {
  Results results = two_cases({8, 8.2});
  const json earlier = to_json(results);
  results.cases.pop_back();
  const Comparison comparison = compare_with(earlier, results);
  REQUIRE(comparison.notes.size() == 1);
  CHECK(comparison.notes[0] == "cases only in the earlier run: size 1280x720");
  CHECK_THAT(describe(comparison), Contains("nothing differs by more than the noise"));
}

TEST_CASE("without a common case nothing can be compared") {
  json earlier = to_json(two_cases({8, 8.2}));
  for (json& one : earlier["cases"]) one["case"]["quality"] = 50;
  const Comparison comparison = compare_with(earlier, two_cases({8, 8.2}));
  REQUIRE(comparison.notes.size() == 2);
  CHECK_THAT(comparison.notes[1], Contains("quality 50, size 640x480; quality 50, size 1280x720"));
  CHECK_THAT(describe(comparison),
             Contains("nothing could be compared") && !Contains("nothing differs"));
}

TEST_CASE("cases without figures in either run are named") {
  const Results results = two_cases({8, 8.2});
  Results later = results;
  json earlier = to_json(results);
  earlier["cases"][0]["figures"] = json::object();
  later.cases[1].figures.clear();
  const Comparison comparison = compare_with(earlier, later);
  REQUIRE(comparison.notes.size() == 2);
  CHECK(comparison.notes[0] == "cases without figures in the earlier run: 640x480");
  CHECK(comparison.notes[1] == "cases without figures in this run: 1280x720");
  CHECK(conclusion_of(comparison) == "nothing could be compared");
}

TEST_CASE("a case with one run has no spread and is not compared") {
  const Comparison comparison = compare_with(to_json(two_cases({8, 8.1})), two_cases({80}));
  CHECK(comparison.differences.empty());
  REQUIRE(comparison.notes.size() == 1);
  CHECK_THAT(comparison.notes[0], Contains("no spread"));
  CHECK(conclusion_of(comparison) == "nothing could be compared");
}

TEST_CASE("a file of an older version is rejected with both versions") {
  json earlier = to_json(two_cases({8}));
  earlier["version"] = 0;
  CHECK_THAT(refusal_for(earlier.dump()),
             Contains("old.json") && Contains("has version 0") && Contains("reads version 1"));
}

TEST_CASE("a file of another format is rejected") {
  for (const char* text : {"", "not JSON", "[1, 2]", "{}", R"({"format": 7})",
                           R"({"format": "google-benchmark", "version": 1})"}) {
    INFO(text);
    CHECK_THAT(refusal_for(text), Contains("not what jpegwire-bench --json writes"));
  }
  CHECK_THROWS_WITH(read_earlier_run("/no/such/file"), Contains("No such file"));
}

TEST_CASE("the readable part of a damaged file is compared") {
  json earlier = to_json(two_cases({8, 8.2}));
  earlier["cases"][0]["figures"]["age_p50_ms"] = "old";
  earlier["cases"][1] = 7;
  earlier["machine"] = "none";
  earlier["versions"] = 1;
  earlier["created"] = json();
  const Comparison comparison = compare_with(earlier, two_cases({8, 8.2}));
  CHECK(comparison.differences.empty());
  REQUIRE(comparison.notes.size() == 3);
  CHECK(comparison.notes[0] == "the earlier file does not name its machine");
  CHECK(comparison.notes[1] == "the earlier file does not name its version");
  CHECK_THAT(describe(comparison), Contains("of an unknown time"));
}

}  // namespace
}  // namespace jpegwire::comparison_test
