// The sender's test card in the viewer, as a user sees it.

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using nlohmann::json;

namespace stream_test {
namespace {

void check_names(const json& object, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    INFO(name << " in " << object);
    CHECK(object.contains(name));
  }
}

void check_viewer_names(const json& summary) {
  check_names(summary, {"url",         "seconds",        "frames", "fps",         "bytes",
                        "displayed",   "skipped_decode", "lost",   "patched",     "corrupt",
                        "refused",     "reconnects",     "reads",  "age_ms",      "stages_ms",
                        "interval_ms", "width",          "height", "cpu_seconds", "peak_rss_kb"});
  check_names(summary["oldest_age_ms"], {"p50", "p99"});
  check_names(summary["reads"], {"per_frame_p50", "per_frame_max", "bytes_p50", "partial_frames"});
  check_names(summary["age_ms"], {"p50", "p90", "p99", "max"});
  check_names(summary["stages_ms"], {"encode", "network", "decode"});
  for (const auto& [stage, times] : summary["stages_ms"].items())
    check_names(times, {"p50", "p99"});
  check_names(summary["interval_ms"], {"p50", "p99"});
  check_names(summary, {"skipped_waited", "rate_mbit", "quality"});
  check_names(summary["quality"], {"p50", "min", "max"});
}

void check_sender_names(const json& summary) {
  check_names(summary, {"source", "width", "height", "seconds", "captured", "encoded",
                        "skipped_encode", "passthrough", "bytes", "encode_ms", "viewers_max",
                        "viewers", "rejected", "cpu_seconds", "peak_rss_kb"});
  check_names(summary["encode_ms"], {"p50", "p99"});
  for (const json& viewer : summary["viewers"])
    check_names(viewer, {"peer", "kind", "frames", "skipped", "bytes"});
}

/// The memory limit for a small stream, in kilobytes: above what the libraries need, and far below
/// a leak of frames.
void check_peak_memory(const json& summary) {
  if (is_slowed_down()) return;  // a sanitizer needs more memory
  CHECK(summary["peak_rss_kb"] > 8 * 1024);
  CHECK(summary["peak_rss_kb"] < 512 * 1024);
}

}  // namespace

TEST_CASE("the viewer's summary describes the stream, for each framing") {
  const std::string framing = GENERATE("be32", "le32", "ascii16");
  INFO(framing);
  SenderProgram sender(test_card({"--framing", framing}));
  ViewerProgram viewer({sender.url(), "--frames", "10", "--summary", "-"});
  const json summary = summary_of(viewer);
  check_viewer_names(summary);
  CHECK(summary["url"] == sender.url());
  CHECK(summary["frames"] == 10);
  CHECK(summary["corrupt"] == 0);
  CHECK(summary["reconnects"] == 0);
  CHECK(summary["width"] == 320);
  CHECK(summary["height"] == 240);
  CHECK(summary["quality"]["p50"] == 80);
  CHECK(summary["bytes"] > 10'000);
  CHECK(summary["age_ms"]["p50"] >= 0);
  CHECK(summary["age_ms"]["max"] >= summary["age_ms"]["p50"]);
  CHECK(summary["age_ms"]["max"] < 30'000);
  check_peak_memory(summary);
}

TEST_CASE("a viewer that keeps up loses no frame") {
  SenderProgram sender(test_card({"--fps", "10"}));
  ViewerProgram viewer({sender.url(), "--frames", "20", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 20);
  CHECK(summary["lost"] == 0);
}

TEST_CASE("the sender's summary describes the stream") {
  SenderProgram sender(test_card({"--fps", "20", "--summary", "-"}));
  ViewerProgram viewer({sender.url(), "--summary", "-"});
  viewer.wait_for("frames/s, age");
  sender.send_signal(SIGINT);
  const json watched = summary_of(viewer);
  const json sent = summary_of(sender);
  check_sender_names(sent);
  CHECK_THAT(sent["source"], Contains("test card"));
  CHECK(sent["encoded"] > 0);
  CHECK(sent["captured"] >= sent["encoded"]);
  CHECK(sent["passthrough"] == 0);
  CHECK(sent["width"] == 320);
  CHECK(sent["height"] == 240);
  CHECK(sent["viewers_max"] == 1);
  REQUIRE(sent["viewers"].size() == 1);
  CHECK(sent["viewers"][0]["frames"] == watched["frames"].get<int>() +
                                            watched["skipped_decode"].get<int>() +
                                            watched["skipped_waited"].get<int>());
  CHECK(sent["encode_ms"]["p50"] > 0);
}

TEST_CASE("the option --seconds ends either program cleanly") {
  SenderProgram sender(test_card({"--summary", "-"}));
  ViewerProgram viewer({sender.url(), "--seconds", "1", "--summary", "-"});
  CHECK(summary_of(viewer)["seconds"] >= 1);
  CHECK(complaints_of(viewer).empty());
  SenderProgram short_sender(test_card({"--seconds", "0.5", "--summary", "-"}));
  CHECK(summary_of(short_sender)["seconds"] >= 0.5);
  CHECK(complaints_of(short_sender).empty());
}

TEST_CASE("the option --frames ends the sender cleanly") {
  SenderProgram sender(test_card({"--frames", "20", "--summary", "-"}));
  CHECK(summary_of(sender)["captured"] == 20);
  CHECK(complaints_of(sender).empty());
}

TEST_CASE("the option --summary also writes to a file") {
  const TemporaryDirectory directory;
  SenderProgram sender(test_card({"--summary", directory / "sender.json"}));
  ViewerProgram viewer({sender.url(), "--frames", "3", "--summary", directory / "viewer.json"});
  CHECK(viewer.wait() == 0);
  sender.send_signal(SIGINT);
  CHECK(sender.wait() == 0);
  CHECK(json::parse(read_file(directory / "viewer.json"))["frames"] == 3);
  CHECK(json::parse(read_file(directory / "sender.json"))["captured"] >= 3);
}

TEST_CASE("the option --save writes each frame as it was received") {
  const TemporaryDirectory directory;
  SenderProgram sender(test_card());
  ViewerProgram viewer({sender.url(), "--frames", "5", "--save", directory / "frames"});
  const int code = viewer.wait();
  INFO(viewer.describe());
  REQUIRE(code == 0);
  const auto names = files_in(directory / "frames");
  CHECK(names == std::vector<std::string>{"000000.jpg", "000001.jpg", "000002.jpg", "000003.jpg",
                                          "000004.jpg"});
  for (const std::string& name : names) {
    const std::string jpeg = read_file(directory / "frames/" + name);
    CHECK(stamp_of(jpeg));
    const auto picture = decode(jpeg);
    REQUIRE(picture);
    CHECK(picture->width == 320);
    CHECK(picture->height == 240);
  }
}

TEST_CASE("the saved frames equal those that another viewer receives") {
  const TemporaryDirectory directory;
  SenderProgram sender(test_card({"--fps", "10", "--adapt", "off"}));
  TcpPeer peer = TcpPeer::connect(sender.port());
  ViewerProgram viewer({sender.url(), "--frames", "3", "--save", directory / "frames"});
  std::map<std::uint32_t, std::string> received;
  const auto receive = [&] {
    const std::string frame = peer.receive_frame().value();
    received.emplace(stamp_of(frame)->sequence, frame);
  };
  while (!std::filesystem::exists(directory / "frames/000002.jpg")) receive();
  for (int i = 0; i < 3; ++i) receive();
  CHECK(viewer.wait() == 0);
  int in_both = 0;
  for (const std::string& name : files_in(directory / "frames")) {
    const std::string saved = read_file(directory / "frames/" + name);
    const auto same = received.find(stamp_of(saved)->sequence);
    if (same == received.end()) continue;  // one of the two was slow
    ++in_both;
    CHECK(stamp_of(same->second)->stream_id == stamp_of(saved)->stream_id);
    CHECK(stamp_of(same->second)->capture_time == stamp_of(saved)->capture_time);
    CHECK((without_stamp(same->second) == without_stamp(saved)));
  }
  CHECK(in_both > 0);
}

TEST_CASE("the option --snapshot writes the last picture") {
  const TemporaryDirectory directory;
  SenderProgram sender(test_card());
  ViewerProgram viewer({sender.url(), "--frames", "4", "--snapshot", directory / "last.jpg"});
  CHECK(viewer.wait() == 0);
  const auto picture = decode(read_file(directory / "last.jpg"));
  REQUIRE(picture);
  CHECK(picture->width == 320);
}

TEST_CASE("options may precede the URL") {
  const TemporaryDirectory directory;
  SenderProgram sender(test_card());
  ViewerProgram viewer({"--frames", "1", "--snapshot", directory / "last.jpg", sender.url()});
  const int code = viewer.wait();
  INFO(viewer.describe());
  CHECK(code == 0);
}

TEST_CASE("the options -s and -p set host and port as in the classic scripts") {
  const std::string port = std::to_string(free_port());
  SenderProgram sender(test_card({"-s", "127.0.0.1", "-p", port}));
  CHECK(std::to_string(sender.port()) == port);
  ViewerProgram viewer({"-s", "127.0.0.1", "-p", port, "--frames", "2", "--summary", "-"});
  CHECK(summary_of(viewer)["frames"] == 2);
}

TEST_CASE("IPv6 addresses and host names work as addresses") {
  SenderProgram sender(test_card({"--tcp", "[::1]:0"}));
  sender.wait_for("tcp://[::1]:");
  const std::string port = std::to_string(sender.port());
  ViewerProgram by_address({"tcp://[::1]:" + port, "--frames", "1", "--summary", "-"});
  CHECK(summary_of(by_address)["frames"] == 1);
  SenderProgram other(test_card());
  ViewerProgram by_name(
      {"tcp://localhost:" + std::to_string(other.port()), "--frames", "1", "--summary", "-"});
  CHECK(summary_of(by_name)["frames"] == 1);
}

TEST_CASE("listening on more than loopback prints a warning") {
  SenderProgram open(test_card({"--tcp", "0.0.0.0:0"}));
  open.wait_for("everyone who can reach port " + std::to_string(open.port()));
  SenderProgram closed(test_card());
  closed.port();
  CHECK_FALSE(closed.has_written("everyone who can reach"));
}

TEST_CASE("both programs print a line of statistics each second") {
  SenderProgram sender(test_card({"--stats"}));
  ViewerProgram viewer({sender.url()});
  sender.wait_for("frames/s captured");
  sender.wait_for("1 viewer, ");
  viewer.wait_for("frames/s, age ");
  viewer.wait_for("320x240");
}

TEST_CASE("the options --help and --version describe the programs") {
  for (const std::string program : {JPEGWIRE_SENDER, JPEGWIRE_VIEWER}) {
    CHECK_THAT(output_of({program, "--help"}), Contains("--summary") && Contains("Usage"));
    const std::string name = std::filesystem::path(program).filename();
    CHECK_THAT(output_of({program, "--version"}), StartsWith(name + " ") && Contains("."));
  }
}

}  // namespace stream_test
