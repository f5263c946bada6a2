// Round trips of messages, there and back.

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace echo_test {
namespace {

/// jpegwire-sender --echo, and where it listens.
struct EchoProgram {
  explicit EchoProgram(const Command& options = {})
      : sender(Command{JPEGWIRE_SENDER, "--echo", "--tcp", "0"} + options,
               environment_of_programs()) {
    sender.wait_for("tcp://127.0.0.1:");
    sender.wait_for("\n");
    const std::string told = sender.out() + sender.err();
    const std::size_t begin = told.find("tcp://");
    url = told.substr(begin, told.find('\n', begin) - begin);
  }

  Process sender;
  std::string url;
};

std::string wrong_usage(const std::string& program, const Command& options) {
  Process process(Command{program} + options, environment_of_programs());
  return failure_of(process, 2);
}

}  // namespace

TEST_CASE("the echo: round trips are measured and plotted") {
  const TemporaryDirectory directory;
  EchoProgram echo;
  std::istringstream table(output_of({JPEGWIRE_VIEWER, "--echo", echo.url, "--size-max", "65536",
                                      "--read-size", "1000", "--plot", directory / "echo.png"},
                                     environment_of_programs()));
  std::string line;
  std::getline(table, line);
  CHECK_THAT(line, Contains("reads per message"));
  std::size_t size = 2;
  double reads = 0;
  while (std::getline(table, line)) {
    std::istringstream columns(line);
    std::size_t bytes = 0;
    std::size_t round_trips = 0;
    double median = 0;
    double p99 = 0;
    columns >> bytes >> round_trips >> median >> p99 >> reads;
    CHECK(bytes == (size *= 2));
    CHECK(round_trips >= 5);
    CHECK(median > 0);
    CHECK(p99 >= median);
  }
  CHECK(size == 65536);
  CHECK(reads >= 66);
  CHECK(read_file(directory / "echo.png").substr(1, 3) == "PNG");
  check_ends(echo.sender, SIGTERM);
}

TEST_CASE("the echo: both ends write a summary") {
  EchoProgram echo({"--summary", "-"});
  ViewerProgram viewer({"--echo", echo.url, "--size-max", "100", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["url"] == echo.url);
  CHECK(viewer.has_written("reads per message"));
  std::uint64_t messages = 0;
  for (const json& size : summary["sizes"]) {
    CHECK(size["round_trip_us"]["p50"] > 0);
    CHECK(size["reads_per_message"] >= 2);
    messages += size["round_trips"].get<std::uint64_t>() + 1;  // the first is not measured
  }
  CHECK(summary["sizes"].back()["bytes"] == 100);
  echo.sender.send_signal(SIGTERM);
  CHECK(summary_of(echo.sender)["messages"] == messages);
}

TEST_CASE("the echo: the sender applies --write-size and --write-delay") {
  EchoProgram echo({"--write-size", "50", "--write-delay", "2000"});
  ViewerProgram viewer({"--echo", echo.url, "--size-max", "512", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["sizes"].back()["reads_per_message"] > 3);
  CHECK(summary["sizes"].back()["round_trip_us"]["p50"] >= 20'000);  // 11 writes, 10 pauses
}

TEST_CASE("the echo: --seconds or a signal ends a measurement") {
  const bool by_signal = GENERATE(false, true);
  EchoProgram echo({"--write-size", "1", "--write-delay", "1000000"});
  ViewerProgram viewer(Command{"--echo", echo.url, "--summary", "-"} +
                       (by_signal ? Command{} : Command{"--seconds", "0.2"}));
  viewer.wait_for("reads per message");
  if (by_signal) viewer.send_signal(SIGINT);
  CHECK(summary_of(viewer)["sizes"].empty());
}

TEST_CASE("the echo: a plot that cannot be written is reported before the measurement") {
  const TemporaryDirectory directory;
  const std::string plot = directory / "plot.png";
  std::filesystem::create_directory(plot);
  ViewerProgram viewer({"--echo", tcp_url(free_port()), "--plot", plot});
  CHECK_THAT(failure_of(viewer), Contains(plot) && Contains("Is a directory"));
  CHECK_FALSE(std::filesystem::exists(plot + ".part"));
}

TEST_CASE("the echo: options without effect on the echo are reported") {
  for (const std::string option : {"--frames=1", "--explain", "--naive", "--trace-file=a",
                                   "--save=a", "--record=a.mkv", "--list", "tcp://b:1"})
    CHECK_THAT(wrong_usage(JPEGWIRE_VIEWER, {"--echo", "tcp://a:1", option}),
               Contains("no effect with --echo"));
  for (const std::string option : {"--share=.", "--record=a.mkv", "--source=test", "--frames=1",
                                   "--stats", "--framing=le32", "--loop"})
    CHECK_THAT(wrong_usage(JPEGWIRE_SENDER, {"--echo", option}),
               Contains(option.substr(0, option.find('='))) && Contains("no effect with --echo"));
}

TEST_CASE("the echo: a peer that cannot be measured is reported") {
  const auto viewer = [](const Command& options) { return wrong_usage(JPEGWIRE_VIEWER, options); };
  CHECK_THAT(viewer({"--plot", "a.png"}), Contains("--plot requires --echo"));
  CHECK_THAT(viewer({"--echo", "tcp://a:1", "--plot", "a.jpg"}), Contains(".png"));
  CHECK_THAT(viewer({"--echo", "http://a"}), Contains("tcp://HOST:PORT"));
  CHECK_THAT(viewer({"--echo", "tcp://a:1", "--size-max", "3"}), Contains("--size-max"));
  CHECK_THAT(wrong_usage(JPEGWIRE_SENDER, {"--echo", "--tcp", "off"}), Contains("--tcp"));
  ViewerProgram nobody({"--echo", tcp_url(free_port())});
  CHECK_THAT(failure_of(nobody), Contains("refused"));
}

}  // namespace echo_test
