// Options that show how a byte stream arrives: --read-size and the like, --trace, --explain and
// --naive.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace laboratory_test {
namespace {

const Command kTenFrames{"--timeout", "30", "--frames", "10", "--summary", "-"};

json reads_of_viewer(const std::string& url, const Command& options) {
  ViewerProgram viewer(Command{url} + options + kTenFrames);
  return summary_of(viewer)["reads"];
}

std::vector<json> lines_of_trace(const std::string& path) {
  std::vector<json> lines;
  std::istringstream in(read_file(path));
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

void check_adds_up(const json& frame) {
  INFO(frame.dump());
  std::uint64_t sum = 0;
  std::uint64_t time = 0;
  for (const json& read : frame["reads"]) {
    CHECK(read["offset"] == sum);
    CHECK(read["bytes"] > 0);
    CHECK(read["microseconds"] >= time);
    sum += read["bytes"].get<std::uint64_t>();
    time = read["microseconds"].get<std::uint64_t>();
  }
  CHECK(sum == frame["size"].get<std::uint64_t>() + frame["prefix"].get<std::uint64_t>());
}

struct Verdict {
  int broken = -1;
  int frames = -1;
  bool operator==(const Verdict&) const = default;
};

Verdict verdict_in(const std::string& explanation) {
  static const std::regex sentence(R"(broken (\d+) of\s+(\d+) frames)");
  std::smatch match;
  if (!std::regex_search(explanation, match, sentence)) return {};
  return {std::stoi(match[1]), std::stoi(match[2])};
}

std::string wrong_usage(const std::string& program, const Command& options) {
  Process process(Command{program} + options, environment_of_programs());
  return failure_of(process, 2);
}

}  // namespace

TEST_CASE("the laboratory: a smaller --read-size makes more reads of a frame") {
  SenderProgram sender(test_card());
  const json small = reads_of_viewer(sender.url(), {"--read-size", "1000"});
  const json smaller = reads_of_viewer(sender.url(), {"--read-size", "100"});
  CHECK(small["bytes_p50"] == 1000);
  CHECK(smaller["bytes_p50"] == 100);
  CHECK(small["per_frame_p50"] > 1);
  CHECK(smaller["per_frame_p50"] > small["per_frame_p50"]);
}

TEST_CASE("the laboratory: --write-size and --write-delay cause partial reads") {
  SenderProgram sender(
      test_card({"--write-size", "4000", "--write-delay", "20000", "--summary", "-"}));
  ViewerProgram viewer(Command{sender.url()} + kTenFrames);
  const json summary = summary_of(viewer);
  CHECK(summary["corrupt"] == 0);
  CHECK(summary["reads"]["partial_frames"] > 0);
  CHECK(summary["reads"]["bytes_p50"] <= 4000);
}

TEST_CASE("the laboratory: the other options leave the stream intact") {
  SenderProgram sender(test_card({"--send-buffer", "5000", "--nodelay", "off"}));
  ViewerProgram viewer(Command{sender.url(), "--receive-buffer", "3000"} + kTenFrames);
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 10);
  CHECK(summary["corrupt"] == 0);
}

TEST_CASE("the laboratory: a frame that is sent slowly is completed when the sender ends") {
  SenderProgram sender(test_card({"--write-size", "100", "--write-delay", "1000000"}));
  TcpPeer peer = TcpPeer::connect(sender.port());
  const std::string prefix = peer.receive(4);
  REQUIRE(prefix.size() == 4);
  sender.send_signal(SIGINT);
  std::size_t size = 0;
  for (const char byte : prefix) size = size << 8 | static_cast<unsigned char>(byte);
  CHECK(decode(peer.receive(size)));
  CHECK(peer.receive_to_end() == big_endian_size(0));
  peer.close();
  CHECK(sender.wait() == 0);
}

TEST_CASE("the laboratory: the trace has each frame, and its bytes add up") {
  const std::string framing = GENERATE("be32", "le32", "ascii16");
  const TemporaryDirectory directory;
  SenderProgram sender(test_card({"--framing", framing}));
  ViewerProgram viewer(Command{sender.url(), "--read-size", "777", "--save", directory / "saved",
                               "--trace-file", directory / "trace.json"} +
                       kTenFrames);
  const json summary = summary_of(viewer);
  CHECK(summary["skipped_trace"] == 0);
  const std::vector<json> frames = lines_of_trace(directory / "trace.json");
  REQUIRE(frames.size() == 10);
  std::uint64_t sequence = frames[0]["sequence"];
  for (const json& frame : frames) {
    check_adds_up(frame);
    CHECK(frame["sequence"] >= sequence);
    CHECK(frame["prefix"] == (framing == "ascii16" ? 16 : 4));
    CHECK(frame["reads"].size() + frame["merged"].get<std::size_t>() > 1);
    sequence = frame["sequence"];
  }
  CHECK(read_file(directory / "saved/000000.jpg").size() == frames[0]["size"]);
}

TEST_CASE("the laboratory: the naive reader breaks as many frames as --explain says") {
  const std::string read_size = GENERATE("4096", "65536", "1000000");
  CAPTURE(read_size);
  SenderProgram sender(test_card({"--size", "640x480"}));
  ViewerProgram viewer(Command{sender.url(), "--read-size", read_size, "--naive", "--explain"} +
                       kTenFrames);
  const json summary = summary_of(viewer);
  INFO(viewer.err());
  const Verdict verdict = verdict_in(viewer.err());
  CHECK(verdict.broken == summary["naive_broken"]);
  CHECK(verdict.frames == 10);
  CHECK(summary["naive_frames"] == 10);
  if (read_size == "4096") CHECK(verdict.broken == verdict.frames);
}

TEST_CASE(
    "the laboratory: --frames counts exactly, even if frames arrive faster than they are decoded") {
  const TemporaryDirectory directory;
  SenderProgram sender(test_card({"--size", "64x64", "--fps", "0"}));
  ViewerProgram viewer({sender.url(), "--frames", "200", "--naive", "--explain", "--trace-file",
                        directory / "trace.json", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 200);
  CHECK(summary["naive_frames"] == 200);
  CHECK(summary["naive_broken"] <= 200);
  CHECK(verdict_in(viewer.err()).frames == 200);
  CHECK(lines_of_trace(directory / "trace.json").size() +
            summary["skipped_trace"].get<std::size_t>() ==
        200);
}

TEST_CASE("the laboratory: the explanation shows each one-byte read") {
  const std::string frame = with_size(make_jpeg(640, 480, 90));
  REQUIRE(frame.size() > 4096);
  TcpListener script;
  ViewerProgram viewer({script.url(), "--read-size", "1", "--explain"});
  TcpPeer peer = script.accept();
  peer.send(frame + big_endian_size(0));
  CHECK(viewer.wait() == 0);
  CHECK_THAT(viewer.out(), Contains("(median 1)") && Contains("are recorded one by one"));
  CHECK_THAT(viewer.out(), Contains(" 4095\n"));
}

TEST_CASE("the laboratory: a receive buffer that is too small causes a warning") {
  TcpListener script;
  ViewerProgram viewer({script.url(), "--receive-buffer", "1"});
  viewer.wait_for("--receive-buffer 1 is so small");
  viewer.wait_for("waiting for");
  viewer.send_signal(SIGINT);
  CHECK(viewer.wait() == 0);
}

TEST_CASE("the laboratory: a frame that arrives alone in one read is intact for the naive reader") {
  TcpListener script;
  ViewerProgram viewer({script.url(), "--frames", "1", "--naive", "--explain"});
  TcpPeer peer = script.accept();
  peer.send(with_size(make_jpeg(64, 64, 90)));
  CHECK(viewer.wait() == 0);
  CHECK_THAT(viewer.out(), Contains("one recv of 65536 bytes") && Contains("This was luck"));
  CHECK(verdict_in(viewer.out()) == Verdict{0, 1});
}

TEST_CASE(
    "the laboratory: a frame that shares a read with the previous one is broken for the naive "
    "reader") {
  const std::string frame = with_size(make_jpeg(64, 64, 90));
  TcpListener script;
  ViewerProgram viewer({script.url(), "--naive", "--explain", "--summary", "-"});
  TcpPeer peer = script.accept();
  peer.send(frame + frame + big_endian_size(0));
  CHECK(summary_of(viewer)["naive_broken"] == 1);
  CHECK(verdict_in(viewer.err()) == Verdict{1, 2});
  CHECK_THAT(viewer.err(), Contains("began with the end of"));
}

TEST_CASE("the laboratory: HTTP streams have the same options and traces") {
  const TemporaryDirectory directory;
  const std::string port = std::to_string(free_port());
  SenderProgram sender(test_card({"--http", port, "--write-size", "3000"}));
  sender.port();
  ViewerProgram viewer(Command{"http://127.0.0.1:" + port + "/stream", "--read-size", "1500",
                               "--explain", "--trace-file", directory / "trace.json"} +
                       kTenFrames);
  const json summary = summary_of(viewer);
  CHECK(summary["reads"]["bytes_p50"] <= 1500);
  CHECK(verdict_in(viewer.err()).frames == 10);
  for (const json& frame : lines_of_trace(directory / "trace.json")) check_adds_up(frame);
}

TEST_CASE("the laboratory: impossible combinations of options are reported") {
  const auto viewer = [](const Command& options) { return wrong_usage(JPEGWIRE_VIEWER, options); };
  const auto sender = [](const Command& options) { return wrong_usage(JPEGWIRE_SENDER, options); };
  CHECK_THAT(viewer({"--read-size", "0"}), Contains("--read-size") && Contains("from 1 to"));
  CHECK_THAT(viewer({"--receive-buffer", "much"}), Contains("--receive-buffer"));
  CHECK_THAT(viewer({"rtp://127.0.0.1:5004", "--naive"}),
             Contains("--naive is for streams of bytes") && Contains("datagrams"));
  CHECK_THAT(viewer({"--headless", "--trace"}), Contains("--trace") && Contains("--headless"));
  CHECK_THAT(sender({"--write-size", "0"}), Contains("--write-size"));
  CHECK_THAT(sender({"--write-delay", "5"}), Contains("add --write-size"));
  CHECK_THAT(sender({"--nodelay", "maybe"}), Contains("--nodelay") && Contains("on, off"));
  CHECK_THAT(sender({"--send-buffer", "-1"}), Contains("--send-buffer"));
  ViewerProgram unwritable({"--trace-file", "/no/such/directory/trace"});
  CHECK_THAT(failure_of(unwritable), Contains("/no/such/directory/trace"));
}

}  // namespace laboratory_test
