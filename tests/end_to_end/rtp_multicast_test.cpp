// RTP to multicast groups.

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/rtp_streams.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace rtp_multicast_test {
namespace {

/// A group that no other test uses at the same time.
struct Group {
  std::uint16_t port = free_udp_ports();
  std::string address = fmt::format("239.255.{}.{}", port >> 8, port & 0xff);
  std::string target = fmt::format("{}:{}", address, port);
  std::string url_on_loopback = fmt::format("rtp://{}%lo:{}", address, port);
};

Command to_group_on_loopback(const Group& group) {
  return {"--rtp", group.target, "--interface", "lo"};
}

/// A viewer in one network namespace of a sender in another.
Process on_two_machines(const std::string& sender_options, const std::string& viewer_options) {
  return Process(
      {JPEGWIRE_TESTS "/end_to_end/two_machines.sh",
       JPEGWIRE_SENDER " --source test --size 320x240 --tcp off --http off " + sender_options,
       JPEGWIRE_VIEWER " --headless --summary - " + viewer_options},
      environment_of_programs());
}

}  // namespace

TEST_CASE("several viewers watch one group") {
  const Group group;
  SenderProgram sender(test_card(to_group_on_loopback(group) + Command{"--summary", "-"}));
  ViewerProgram one(Command{group.url_on_loopback} + kFiveFrames);
  ViewerProgram other(Command{group.url_on_loopback} + kFiveFrames);
  check_shown(summary_of(one));
  check_shown(summary_of(other));
  sender.wait_for("        jpegwire-viewer rtp://" + group.target);
  CHECK(interrupt(sender)["viewers"].size() == 1);
}

TEST_CASE("viewers of a group show its age, and a goodbye ends them all") {
  const Group group;
  SenderProgram sender(test_card(to_group_on_loopback(group)));
  ViewerProgram one({group.url_on_loopback, "--timeout", "60", "--summary", "-"});
  ViewerProgram other({group.url_on_loopback, "--timeout", "60", "--summary", "-"});
  wait_until_shown(one);
  wait_until_shown(other);
  wait_until_shown_again(one);
  wait_until_shown_again(other);
  sender.send_signal(SIGINT);
  CHECK(sender.wait() == 0);
  for (ViewerProgram* viewer : {&one, &other}) {
    const json summary = summary_of(*viewer);
    CHECK(summary["frames"] > 0);
    CHECK(summary["age_ms"]["p50"] > 0);
    CHECK(summary["age_ms"]["max"] < 30'000);
  }
}

TEST_CASE("the frames of a group are received as they were encoded") {
  const Group group;
  const LoopedVideo video;
  const TemporaryDirectory directory;
  SenderProgram sender(video.options(to_group_on_loopback(group)));
  const auto sent = frames_over_tcp(sender);
  ViewerProgram viewer({group.url_on_loopback, "--frames", "10", "--save", directory / "frames"});
  CHECK(viewer.wait() == 0);
  check_all_sent(jpegs_in(directory / "frames"), sent, 10);
}

TEST_CASE("a Python script and our viewer watch one group") {
  const Group group;
  const TemporaryDirectory directory;
  Process script(python("rtp_receiver.py", {std::to_string(group.port), "5", directory / "frames",
                                            "--multicast", group.address}));
  script.wait_for("\n");
  SenderProgram sender(test_card(to_group_on_loopback(group)));
  ViewerProgram viewer(Command{group.url_on_loopback} + kFiveFrames);
  check_shown(summary_of(viewer));
  CHECK(summary_of(script)["frames"] == 5);
}

TEST_CASE("the SDP of a group has its TTL") {
  const Group group;
  SenderProgram sender(test_card(to_group_on_loopback(group) + Command{"--ttl", "7"}));
  sender.wait_for("c=IN IP4 " + group.address + "/7");
}

TEST_CASE("a group is watched on another machine") {
  if (!may_make_network_namespaces()) return;
  const auto [to, at] = GENERATE(table<std::string, std::string>(
      {{"239.255.1.2:5004", "rtp://239.255.1.2:5004"},
       {"239.255.1.2:5004 --interface wire --ttl 5", "rtp://239.255.1.2%wire:5004"},
       {"[ff15::1234]:5004 --interface wire", "rtp://[ff15::1234%wire]:5004"}}));
  INFO(to << " " << at);
  Process viewer = on_two_machines("--rtp " + to, at + " --timeout 30 --frames 5");
  check_shown(summary_of(viewer));
}

TEST_CASE("a unicast stream is watched on another machine") {
  if (!may_make_network_namespaces()) return;
  const std::string at = GENERATE("rtp://10.9.0.2:5004", "rtp://0.0.0.0:5004", "rtp://:5004");
  Process viewer =
      on_two_machines("--rtp 10.9.0.2:5004 --fec 20 --nack", at + " --timeout 30 --frames 5");
  check_shown(summary_of(viewer));
  CHECK_THAT(viewer.err(), Contains("connected to rtp://10.9.0.1:"));
}

}  // namespace rtp_multicast_test
