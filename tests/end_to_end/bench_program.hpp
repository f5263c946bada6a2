#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

/// jpegwire-bench with short runs.
namespace jpegwire {

inline constexpr std::chrono::seconds kBenchDeadline{100};

/// One short run of one small case, unless the options say otherwise.
class BenchProgram : public Process {
 public:
  explicit BenchProgram(const Command& options, Environment environment = {})
      : Process(Command{JPEGWIRE_BENCH, "--size", "160x120", "--fps", "20", "--seconds", "0.5",
                        "--warm-up", "0.1", "--repetitions", "1"} +
                    options,
                environment.empty() ? environment_of_programs() : std::move(environment)) {}

  /// Waits for the program to end and checks its exit code.
  void check_ends_with(int exit_code) {
    const int code = wait(kBenchDeadline);
    INFO(describe());
    REQUIRE(code == exit_code);
  }
};

inline nlohmann::json measured_by(const Command& options, int exit_code = 0,
                                  Environment environment = {}) {
  const TemporaryDirectory directory;
  BenchProgram bench(options + Command{"--json", directory / "bench.json"}, std::move(environment));
  bench.check_ends_with(exit_code);
  return nlohmann::json::parse(read_file(directory / "bench.json"));
}

inline std::string bench_failure(const Command& options, int exit_code) {
  BenchProgram bench(options);
  return failure_of(bench, exit_code);
}

}  // namespace jpegwire
