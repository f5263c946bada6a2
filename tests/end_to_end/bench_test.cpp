// jpegwire-bench as a user sees it: short runs of real programs. Some have a known bottleneck, and
// some fail.

#include <fmt/format.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "end_to_end/bench_program.hpp"
#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "end_to_end/tiny_disk.hpp"
#include "support/full_pipe.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using nlohmann::json;

namespace bench_test {
namespace {

/// The verdict of the only case.
json verdict_of(const json& measured) {
  INFO(measured.dump());
  REQUIRE(measured["cases"].size() == 1);
  return measured["cases"][0]["verdict"];
}

Environment with_slow_codec(const std::string& variable, const std::string& microseconds) {
  Environment environment = environment_of_programs();
  environment.emplace_back("LD_PRELOAD", JPEGWIRE_SLOW_CODEC);
  environment.emplace_back(variable, microseconds);
  return environment;
}

/// A directory with both programs, one of which first runs a line of shell, which may exit.
class SpoiltPrograms {
 public:
  SpoiltPrograms(const std::string& which, const std::string& line) {
    write("jpegwire-sender", JPEGWIRE_SENDER, which == "sender" ? line : "");
    write("jpegwire-viewer", JPEGWIRE_VIEWER, which == "viewer" ? line : "");
  }
  std::string path() const { return directory_.path(); }

 private:
  void write(const std::string& name, const std::string& program, const std::string& line) const {
    write_file(directory_ / name, "#!/bin/sh\n" + line + "\nexec '" + program + "' \"$@\"\n");
    std::filesystem::permissions(directory_ / name, std::filesystem::perms::owner_all);
  }

  TemporaryDirectory directory_;
};

bool has_address(const std::string& address) {
  asio::io_context io;
  std::error_code error;
  asio::ip::tcp::acceptor acceptor(io);
  const asio::ip::tcp::endpoint any(asio::ip::make_address(address), 0);
  acceptor.open(any.protocol(), error);
  if (!error) acceptor.bind(any, error);
  return !error;
}

std::vector<std::string> congestion_controls_but_the_default() {
  std::istringstream available(read_file("/proc/sys/net/ipv4/tcp_available_congestion_control"));
  std::string used;
  std::istringstream(read_file("/proc/sys/net/ipv4/tcp_congestion_control")) >> used;
  std::vector<std::string> others;
  for (std::string name; available >> name;)
    if (name != used) others.push_back(name);
  return others;
}

/// Runs the printed command in a shell on this machine.
json measured_elsewhere(const Command& options, int exit_code) {
  const TemporaryDirectory directory;
  BenchProgram bench(options + Command{"--json", directory / "bench.json"});
  bench.wait_for("\ndone\n");
  const std::string script = bench.out().substr(bench.out().find("bench="));
  const std::filesystem::path there = std::filesystem::path(JPEGWIRE_VIEWER).parent_path();
  Process shell({"sh", "-c", script.substr(0, script.find("\ndone\n") + 6)},
                {{"PATH", there.string() + ":" + std::getenv("PATH")}});
  bench.check_ends_with(exit_code);
  INFO(shell.describe());
  CHECK(shell.wait() == 0);
  return json::parse(read_file(directory / "bench.json"));
}

}  // namespace

TEST_CASE("the bench runs all cases round by round and reports them") {
  const TemporaryDirectory directory;
  BenchProgram bench({"--size", "160x120,320x240", "--repetitions", "2", "--json",
                      directory / "bench.json", "--report", directory / "bench.html"});
  bench.check_ends_with(0);
  const std::string progress = bench.err();
  std::size_t at = 0;
  for (const char* run : {"run 1 of 4", ": 160x120: ", "run 2 of 4", ": 320x240: ", "run 3 of 4",
                          ": 160x120: ", "run 4 of 4", ": 320x240: "}) {
    at = progress.find(run, at);
    INFO(run << " in " << progress);
    REQUIRE(at != std::string::npos);
  }
  CHECK_THAT(bench.out(), Contains("frames/s") && Contains("age p50") && Contains("cores of"));
  const json measured = json::parse(read_file(directory / "bench.json"));
  CHECK(measured["is_complete"] == true);
  REQUIRE(measured["cases"].size() == 2);
  for (const json& one : measured["cases"]) {
    REQUIRE(one["runs"].size() == 2);
    CHECK(one["figures"]["fps"]["repetitions"] == 2);
    CHECK(one["figures"]["fps"]["median"] > 0);
    CHECK(one["figures"]["age_p99_ms"]["median"] >= one["figures"]["age_p50_ms"]["median"]);
    CHECK(one["figures"].contains("bench_percent"));
    CHECK(one["runs"][0]["viewers"][0]["frames"] > 0);
    CHECK(one["runs"][0]["sender"]["encoded"] > 0);
  }
  CHECK(measured["cases"][1]["runs"][0]["viewers"][0]["width"] == 320);
  CHECK_THAT(read_file(directory / "bench.html"),
             StartsWith("<!doctype html>") && Contains("<svg"));
}

TEST_CASE("frames go to several viewers over each transport") {
  const json measured =
      measured_by({"--transport", "tcp,http,rtp", "--viewers", "2", "--threads", "1"});
  REQUIRE(measured["cases"].size() == 3);
  for (const json& one : measured["cases"]) {
    INFO(one.dump());
    CHECK(one["failure"].is_null());
    REQUIRE(one["runs"].size() == 1);
    REQUIRE(one["runs"][0]["viewers"].size() == 2);
    for (const json& viewer : one["runs"][0]["viewers"]) CHECK(viewer["frames"] > 0);
    CHECK(one["figures"]["cpu_decode_ms"]["median"] > 0);
  }
}

TEST_CASE("the verdict names an encoder with one thread") {
  const json verdict = verdict_of(measured_by({"--threads", "1", "--fps", "0", "--seconds", "1"}, 0,
                                              with_slow_codec("SLOW_ENCODE_US", "20000")));
  CHECK(verdict["bottleneck"] == "encode");
  CHECK_THAT(verdict["sentence"], StartsWith("encode: 1 thread gives ") && Contains("would"));
}

TEST_CASE("the verdict names a throttled decoder") {
  const json verdict = verdict_of(measured_by({"--threads", "1", "--seconds", "1"}, 0,
                                              with_slow_codec("SLOW_DECODE_US", "100000")));
  CHECK(verdict["bottleneck"] == "decode");
  CHECK_THAT(verdict["sentence"], StartsWith("decode: 1 thread in the viewer"));
}

TEST_CASE("the verdict names a slow link") {
  const json verdict = verdict_of(
      measured_by({"--seconds", "1", "--sender-options", "--write-size 500 --write-delay 20000"}));
  CHECK(verdict["bottleneck"] == "network");
  CHECK_THAT(verdict["sentence"], StartsWith("network: each viewer gets ") && Contains("kB"));
}

TEST_CASE("a link between the two ends has the requested rate, delay and loss") {
  if (::geteuid() != 0) return;  // only root can create network namespaces
  const auto [link, transport] = GENERATE(table<std::string, std::string>(
      {{"5mbit", "tcp"}, {"delay=30ms", "tcp"}, {"20mbit,delay=5ms,loss=5%", "rtp"}}));
  CAPTURE(link, transport);
  const json measured = measured_by({"--link", link, "--transport", transport, "--seconds", "2"});
  const json& one = measured["cases"][0];
  INFO(one.dump());
  CHECK(one["case"]["link"] == link);
  CHECK(one["figures"]["fps"]["median"] > 5);
  if (link == "delay=30ms") CHECK(one["figures"]["age_p50_ms"]["median"] > 30);
  if (transport == "rtp") CHECK(one["runs"][0]["viewers"][0]["packets_lost"] > 0);
}

TEST_CASE("a link that is too slow for the picture costs frames if nothing is adapted") {
  if (::geteuid() != 0) return;
  const json measured = measured_by({"--link", "2mbit", "--size", "640x480", "--seconds", "3",
                                     "--sender-options", "--adapt off"});
  const json& figures = measured["cases"][0]["figures"];
  INFO(figures.dump());
  CHECK(figures["fps"]["median"] < 10);
  CHECK(measured["cases"][0]["verdict"]["bottleneck"] == "network");
}

TEST_CASE("a link whose rate changes has figures for each rate, and plots over time") {
  if (::geteuid() != 0) return;
  const TemporaryDirectory directory;
  const std::string link =
      GENERATE("50mbit@0s,300kbit@1s,50mbit@2s", "50mbit@0s,300kbit@1s,50mbit@2s,delay=1ms");
  BenchProgram bench({"--link", link, "--size", "640x480", "--seconds", "5", "--sender-options",
                      "--adapt off", "--json", directory / "bench.json", "--report",
                      directory / "bench.html"});
  bench.check_ends_with(0);
  const json phases = json::parse(read_file(directory / "bench.json"))["cases"][0]["phases"];
  INFO(phases.dump());
  REQUIRE(phases.size() == 4);
  CHECK(phases[1]["rate"] == "0.3 Mbit/s");
  const auto rate_in = [&](std::size_t phase) {
    return phases[phase]["figures"]["fps"]["median"].get<double>();
  };
  CHECK(rate_in(0) > 0);
  CHECK(rate_in(1) < 5);
  CHECK(rate_in(2) > rate_in(1));
  CHECK(phases[3]["figures"]["age_max_ms"]["median"] > 0);
  CHECK_THAT(bench.out(), Contains("0.3 Mbit/s, 1 to 2 s"));
  CHECK_THAT(read_file(directory / "bench.html"),
             Contains("Frame rate over time") && Contains("Age over time"));
}

TEST_CASE("the sender's connections use the congestion control of their case") {
  const std::vector<std::string> names = congestion_controls_but_the_default();
  if (::geteuid() != 0 || names.size() < 2) return;
  const TemporaryDirectory directory;
  std::string notes;  // notes each name when a connection at the sender's end has it
  for (const std::string& name : names)
    notes += fmt::format(
        "(until ss -Htni state established | grep -q ' {0} '; do sleep 0.1; done; echo {0} "
        ">>'{1}') "
        "& ",
        name, directory / "used");
  const SpoiltPrograms programs("sender", "case \"$*\" in *--version*) ;; *) " + notes + ";; esac");
  const json measured = measured_by({"--link", "20mbit", "--congestion", names[0] + "," + names[1],
                                     "--seconds", "2", "--programs", programs.path()});
  INFO(measured["cases"].dump());
  REQUIRE(measured["cases"].size() == 2);
  CHECK(measured["cases"][1]["case"]["congestion"] == names[1]);
  CHECK(read_file(directory / "used") == names[0] + "\n" + names[1] + "\n");
}

TEST_CASE("a congestion control that the kernel does not have is refused before any run") {
  CHECK_THAT(bench_failure({"--link", "20mbit", "--congestion", "cubic,nonsuch"}, 2),
             Contains("--congestion") && Contains("the kernel does not have"));
}

TEST_CASE("--link is an error without root or with a viewer on another machine") {
  CHECK_THAT(bench_failure({"--link", "20mbit", "--viewer-host", "192.0.2.1"}, 2),
             Contains("--viewer-host"));
  if (::geteuid() != 0) return;
  Process bench({"setpriv", "--reuid=65534", "--clear-groups", JPEGWIRE_BENCH, "--link", "20mbit"});
  CHECK_THAT(failure_of(bench, 1), Contains("only root may do: run it with sudo"));
}

TEST_CASE("the verdict names a camera of 10 frames/s") {
  const json verdict = verdict_of(measured_by(
      {"--source", "/dev/video0", "--size", "640x480", "--fps", "30", "--seconds", "1.5"}, 0,
      with_fake_camera({{"FAKECAM_FORMATS", "YUYV:640x480@10"}})));
  CHECK(verdict["bottleneck"] == "camera");
  CHECK_THAT(verdict["sentence"], Contains("of 30 frames/s (camera /dev/video0"));
}

TEST_CASE("programs that crash or hang are named, and the other cases are measured") {
  const SpoiltPrograms programs("sender",
                                "case \"$*\" in *160x120*) echo 'out of luck' >&2; kill -SEGV $$;; "
                                "*176x144*) exec sleep 1000;; esac");
  const json measured = measured_by(
      {"--programs", programs.path(), "--repetitions", "2", "--size", "160x120,176x144,320x240"},
      1);
  REQUIRE(measured["cases"].size() == 3);
  CHECK_THAT(measured["cases"][0]["failure"],
             Contains("jpegwire-sender was ended by a signal") && Contains("out of luck"));
  CHECK_THAT(measured["cases"][1]["failure"],
             Contains("jpegwire-sender did not start listening within"));
  CHECK(measured["cases"][2]["failure"].is_null());
  CHECK(measured["cases"][2]["runs"].size() == 2);
}

TEST_CASE("a viewer that crashes or ends without a summary is named") {
  const std::string is_version = "[ \"$1\" = --version ] || ";
  const SpoiltPrograms crashing("viewer", is_version + "{ echo 'no luck' >&2; exit 3; }");
  CHECK_THAT(measured_by({"--programs", crashing.path()}, 1)["cases"][0]["failure"],
             Contains("jpegwire-viewer ended with exit code 3 (no luck)"));
  const SpoiltPrograms hanging("viewer", is_version + "exec sleep 1000");
  CHECK_THAT(measured_by({"--programs", hanging.path()}, 1)["cases"][0]["failure"],
             Contains("jpegwire-viewer did not connect within"));
}

TEST_CASE("Ctrl-C during the setup of the link ends the bench cleanly") {
  if (::geteuid() != 0) return;
  const TemporaryDirectory directory;
  write_file(directory / "ip", "#!/bin/sh\n: >'" + directory / "begun" + "'\nsleep 1000\n");
  std::filesystem::permissions(directory / "ip", std::filesystem::perms::owner_all);
  Environment environment = environment_of_programs();
  environment.emplace_back("PATH", directory.path().string() + ":" + std::getenv("PATH"));
  BenchProgram bench({"--link", "20mbit"}, environment);
  REQUIRE(eventually([&] { return std::filesystem::exists(directory / "begun"); }));
  bench.send_signal(SIGINT);
  bench.check_ends_with(0);
  CHECK_THAT(bench.out(), Contains("interrupted") && Contains("not measured"));
}

TEST_CASE("Ctrl-C keeps the completed runs") {
  const TemporaryDirectory directory;
  BenchProgram bench({"--repetitions", "50", "--json", directory / "bench.json"});
  bench.wait_for("run 2 of 50");
  bench.send_signal(SIGINT);
  bench.check_ends_with(0);
  CHECK_THAT(bench.out(), Contains("interrupted"));
  const json measured = json::parse(read_file(directory / "bench.json"));
  CHECK(measured["is_complete"] == false);
  CHECK(measured["cases"][0]["runs"].size() >= 2);
  CHECK(measured["cases"][0]["figures"]["fps"]["repetitions"] >= 2);
}

TEST_CASE("a bench whose output nobody reads measures, and ends on a signal") {
  const TemporaryDirectory directory;
  const std::string file = directory / "bench.json";
  const FullPipe pipe;
  const Process bench({"sh", "-c", "exec \"$@\" >'" + pipe.path() + "' 2>&1", "sh", JPEGWIRE_BENCH,
                       "--size", "160x120", "--fps", "20", "--seconds", "0.5", "--warm-up", "0.1",
                       "--repetitions", "1", "--json", file},
                      environment_of_programs());
  REQUIRE(eventually([&] { return std::filesystem::exists(file); }, kBenchDeadline));
  CHECK(json::parse(read_file(file))["is_complete"] == true);
  CHECK(eventually([&] {
    bench.send_signal(SIGINT);
    return bench.has_ended();
  }));
  CHECK(bench.exit_code() == 0);
}

TEST_CASE("remote viewers are started with a command that is printed") {
  const char* host = GENERATE("127.0.0.1", "::1");
  if (!has_address(host)) return;
  const json measured = measured_elsewhere(
      {"--viewer-host", host, "--transport", "tcp,rtp", "--viewers", "2", "--repetitions", "2"}, 0);
  REQUIRE(measured["cases"].size() == 2);
  for (const json& one : measured["cases"]) {
    REQUIRE(one["runs"].size() == 2);
    CHECK(one["runs"][1]["viewers"].size() == 2);
    CHECK(one["figures"]["fps"]["median"] > 0);
  }
}

TEST_CASE("runs that fail before remote viewers start are skipped on the remote machine") {
  const json measured =
      measured_elsewhere({"--viewer-host", "127.0.0.1", "--source", "/nonexistent.avi,test",
                          "--viewers", "1,2", "--repetitions", "2"},
                         1);
  REQUIRE(measured["cases"].size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const json& one = measured["cases"][i];
    INFO(one.dump());
    CHECK(one["failure"].is_null() == (i >= 2));
    REQUIRE(one["runs"].size() == (i >= 2 ? 2 : 0));
    for (const json& run : one["runs"]) CHECK(run["viewers"].size() == one["case"]["viewers"]);
  }
}

TEST_CASE("remote viewers' results of a failed run do not count for the next run") {
  const SpoiltPrograms programs("sender",
                                "case \"$*\" in *160x120*) (sleep 1; kill -KILL $$) & ;; esac");
  const json measured =
      measured_elsewhere({"--viewer-host", "127.0.0.1", "--programs", programs.path(), "--size",
                          "160x120,320x240", "--seconds", "3", "--fps", "10"},
                         1);
  const json& one = measured["cases"][1];
  INFO(measured["cases"].dump());
  CHECK_THAT(measured["cases"][0]["failure"], Contains("was ended by a signal"));
  REQUIRE(one["failure"].is_null());
  REQUIRE(one["runs"][0]["viewers"].size() == 1);
  CHECK(one["runs"][0]["viewers"][0]["frames"] > 0);
  CHECK(one["runs"][0]["viewers"][0]["reconnects"] == 0);
}

TEST_CASE("a run is compared with an earlier one") {
  const TemporaryDirectory directory;
  BenchProgram first({"--json", directory / "bench.json"});
  first.check_ends_with(0);
  BenchProgram second({"--json", directory / "bench.json", "--compare", directory / "bench.json"});
  second.check_ends_with(0);
  CHECK_THAT(second.out(), Contains("Compared with " + directory / "bench.json"));
}

TEST_CASE("a measurement that is not possible is refused before any run") {
  CHECK_THAT(bench_failure({"--size", "0"}, 2),
             StartsWith("jpegwire-bench: ") && Contains("--size") && Contains("1280x720"));
  CHECK_THAT(bench_failure({"--viewers", "1000000"}, 2),
             Contains("1000000 viewers are too many") && Contains("memory for") &&
                 Contains("descriptors for") && Contains("processes for"));
  CHECK_THAT(bench_failure({"--programs", "/nowhere"}, 1),
             Contains("cannot find jpegwire-sender in /nowhere") && Contains("--programs"));
  CHECK_THAT(bench_failure({"--viewer-host", "no-such-host.invalid"}, 1),
             Contains("no-such-host.invalid"));
}

TEST_CASE("an outdated or foreign file for --compare is refused before any run") {
  const TemporaryDirectory directory;
  const std::string file = directory / "old.json";
  const auto failure = [&](const std::string& text) {
    write_file(file, text);
    return bench_failure({"--compare", file}, 1);
  };
  CHECK_THAT(failure(R"({"format": "jpegwire-bench", "version": 0})"), Contains("version 0"));
  CHECK_THAT(failure(R"({"benchmarks": []})"), Contains("not what jpegwire-bench --json writes"));
  CHECK_THAT(bench_failure({"--compare", directory / "missing.json"}, 1),
             Contains("missing.json") && Contains("No such file"));
}

TEST_CASE("files that cannot be written are reported, and the terminal shows the figures") {
  CHECK_THAT(bench_failure({"--json", "/nowhere/bench.json"}, 1),
             Contains("/nowhere/bench.json") && Contains("No such file"));
  BenchProgram bench({"--json", "/dev/full"});
  bench.check_ends_with(1);
  CHECK_THAT(bench.out(), Contains("age p50"));
  CHECK_THAT(bench.err(), Contains("'/dev/full'") && Contains("No space left"));
}

TEST_CASE("a bench that does not start leaves no files") {
  const TemporaryDirectory directory;
  bench_failure({"--programs", "/nowhere", "--json", directory / "bench.json", "--report",
                 directory / "bench.html"},
                1);
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("a full disk costs the report but not the figures") {
  const TinyDisk disk("4k");
  if (!disk.is_mounted()) {
    WARN("skipped: only root may mount a small disk to fill");
    return;
  }
  BenchProgram bench({"--json", disk.path() + "/b.json", "--report", disk.path() + "/b.html"});
  bench.check_ends_with(1);
  CHECK_THAT(bench.out(), Contains("age p50"));
  CHECK_THAT(bench.err(), Contains("b.json") && Contains("b.html") && Contains("No space left"));
}

}  // namespace bench_test
