// Our sender's RTP stream in our viewer, as a user sees it.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/rtp_streams.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

TEST_CASE("RTP frames are saved byte for byte as they were encoded") {
  const LoopedVideo video;
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(video.options({"--rtp", rtp_address(port)}));
  const auto sent = frames_over_tcp(sender);
  ViewerProgram viewer(
      {rtp_url(port), "--frames", "20", "--save", directory / "frames", "--summary", "-"});
  CHECK(summary_of(viewer)["frames"] == 20);
  check_all_sent(jpegs_in(directory / "frames"), sent, 20);
}

TEST_CASE("an RTP viewer and a TCP viewer of one sender save the same frames") {
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(test_card({"--rtp", rtp_address(port), "--fps", "10"}));
  ViewerProgram by_tcp({sender.url(), "--save", directory / "tcp"});
  ViewerProgram by_rtp({rtp_url(port), "--save", directory / "rtp"});
  CHECK(eventually([&] {
    return count_files(directory / "rtp") >= 20 && count_files(directory / "tcp") >= 20;
  }));
  sender.send_signal(SIGINT);
  CHECK(by_rtp.wait() == 0);
  CHECK(by_tcp.wait() == 0);
  std::set<std::string> sent;
  for (const std::string& jpeg : jpegs_in(directory / "tcp")) sent.insert(without_stamp(jpeg));
  std::size_t same = 0;
  for (const std::string& jpeg : jpegs_in(directory / "rtp")) same += sent.contains(jpeg);
  CHECK(same >= 10);
}

TEST_CASE("an RTP viewer's summary describes the stream") {
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(test_card({"--rtp", rtp_address(port), "--summary", "-"}));
  ViewerProgram viewer(Command{rtp_url(port)} + kFiveFrames);
  const json summary = summary_of(viewer);
  check_shown(summary);
  CHECK(summary["url"] == rtp_url(port));
  CHECK(summary["packets"] >= 5);
  CHECK(summary["packets_lost"] == 0);  // so few always fit into the socket's buffer
  CHECK(summary["packets_recovered"] == 0);
  CHECK(summary["patched"] == 0);
  CHECK(summary["bytes"] > 10'000);
  const json sent = interrupt(sender)["viewers"];
  REQUIRE(sent.size() == 1);
  CHECK(sent[0]["kind"] == "rtp");
  CHECK(sent[0]["peer"] == rtp_url(port));
  CHECK(sent[0]["frames"] >= 5);
  CHECK(sent[0]["packets"] >= summary["packets"]);
}

TEST_CASE("an RTP viewer shows the age of the pictures") {
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(test_card({"--rtp", rtp_address(port)}));
  ViewerProgram viewer({rtp_url(port), "--summary", "-"});
  CHECK(eventually([&] {
    const std::string text = viewer.err();
    const std::size_t last = text.rfind("frames/s, age ");
    return last != std::string::npos && text.find("age unknown", last) == std::string::npos;
  }));
  const json summary = interrupt(viewer);
  CHECK(summary["age_ms"]["p50"] > 0);
  CHECK(summary["age_ms"]["max"] >= summary["age_ms"]["p50"]);
  CHECK(summary["age_ms"]["max"] < 30'000);
  CHECK(summary["stages_ms"].contains("network"));
}

TEST_CASE("an RTP viewer may start before or after its sender") {
  const std::uint16_t port = free_udp_ports();
  ViewerProgram before(Command{rtp_url(port)} + kFiveFrames);
  before.wait_for("waiting for " + rtp_url(port));
  SenderProgram sender(test_card({"--rtp", rtp_address(port)}));
  check_shown(summary_of(before));
  ViewerProgram after(Command{rtp_url(port)} + kFiveFrames);
  check_shown(summary_of(after));
}

TEST_CASE("one sender sends RTP to several viewers") {
  const std::uint16_t first = free_udp_ports(), second = free_udp_ports();
  SenderProgram sender(test_card({"--rtp", rtp_address(first), "--rtp", rtp_address(second)}));
  ViewerProgram one(Command{rtp_url(first)} + kFiveFrames);
  ViewerProgram other(Command{rtp_url(second)} + kFiveFrames);
  ViewerProgram by_tcp(Command{sender.url()} + kFiveFrames);
  check_shown(summary_of(one));
  check_shown(summary_of(other));
  check_shown(summary_of(by_tcp));
}

TEST_CASE("RTP works without TCP, and over IPv6") {
  const std::string address = "[::1]:" + std::to_string(free_udp_ports());
  ViewerProgram viewer(Command{"rtp://" + address} + kFiveFrames);
  SenderProgram sender(test_card({"--tcp", "off", "--rtp", address}));
  check_shown(summary_of(viewer));
  CHECK_FALSE(sender.has_written("tcp://"));
}

TEST_CASE("the viewer shows the stream of our sender's SDP file") {
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  const std::string file = directory / "stream.sdp";
  SenderProgram sender(test_card({"--rtp", rtp_address(port), "--sdp", file}));
  wait_until_sending(sender);
  CHECK_THAT(read_file(file), Contains("m=video " + std::to_string(port) + " RTP/AVP 26"));
  ViewerProgram viewer(Command{file} + kFiveFrames);
  const json summary = summary_of(viewer);
  check_shown(summary);
  CHECK(summary["url"] == file);
}

TEST_CASE("the options --seconds and --snapshot work for an RTP viewer") {
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(test_card({"--rtp", rtp_address(port)}));
  wait_until_sending(sender);
  ViewerProgram viewer({rtp_url(port), "--seconds", is_slowed_down() ? "5" : "1", "--snapshot",
                        directory / "last.jpg", "--summary", "-"});
  CHECK(summary_of(viewer)["frames"] > 0);
  CHECK(decode(read_file(directory / "last.jpg")));
}
