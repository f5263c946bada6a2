#include "viewer/lesson/trace_file.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/arrivals.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::trace_file_test {
namespace {

using namespace test;

TEST_CASE("an arrival is one line of JSON") {
  auto arrival = make_arrival({10, 30});
  arrival->sequence = 7;
  arrival->reads.merged = 2;
  arrival->reads.bytes_before = 5;
  CHECK(to_json_line(*arrival) ==
        R"({"sequence":7,"size":36,"prefix":4,"reads":[{"offset":0,"bytes":10,"microseconds":0},)"
        R"({"offset":10,"bytes":30,"microseconds":1000}],"merged":2,"bytes_before":5})");
}

TEST_CASE("a finished file contains every frame that was added") {
  const TemporaryDirectory directory;
  const std::string path = directory / "trace.json";
  TraceFile file(path);
  for (std::uint64_t sequence = 0; sequence < 1000; ++sequence) {
    auto arrival = make_arrival({10, 30});
    arrival->sequence = sequence;
    file.add(arrival);
  }
  file.finish();
  CHECK(file.skipped() == 0);
  std::ifstream in(path);
  std::uint64_t lines = 0;
  for (std::string line; std::getline(in, line); ++lines)
    CHECK(nlohmann::json::parse(line)["sequence"] == lines);
  CHECK(lines == 1000);
}

TEST_CASE("a trace file that cannot be written is an error at the start or at the end") {
  CHECK_THROWS_WITH(TraceFile("/no/such/directory/trace"), Catch::Contains("No such file"));
  TraceFile full("/dev/full");
  full.add(make_arrival({10}));
  CHECK_THROWS_WITH(full.finish(), Catch::Contains("cannot write '/dev/full'"));
}

}  // namespace
}  // namespace jpegwire::trace_file_test
