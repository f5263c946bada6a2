// The displayed picture is never old, and a slow viewer does not affect the others.

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"

using namespace jpegwire;
using nlohmann::json;

namespace freshness_test {
namespace {

/// Frames larger than everything that the kernel buffers for a viewer that does not read.
Command large_frames(const Command& more) {
  return Command{"--source", "test", "--size", "1280x720", "--quality", "95", "--fps", "10"} + more;
}

std::uint32_t next_sequence(TcpPeer& peer) {
  return stamp_of(peer.receive_frame().value()).value().sequence;
}

/// Reads until a frame with this sequence number or a later one arrives.
std::uint32_t read_up_to(TcpPeer& peer, std::uint32_t wanted) {
  std::uint32_t sequence = next_sequence(peer);
  while (sequence < wanted) sequence = next_sequence(peer);
  return sequence;
}

}  // namespace

TEST_CASE("a viewer that reads nothing costs the others no frame") {
  SenderProgram sender(large_frames({"--summary", "-"}));
  const TcpPeer idle = TcpPeer::connect_with_small_buffer(sender.port());
  ViewerProgram first({sender.url(), "--frames", "20", "--summary", "-"});
  ViewerProgram second({sender.url(), "--frames", "20", "--summary", "-"});
  const json seen = summary_of(first);
  if (!is_slowed_down()) {
    CHECK(seen["lost"] == 0);
    CHECK(summary_of(second)["lost"] == 0);
  }
  CHECK(seen["frames"] == 20);
  second.wait();
  sender.send_signal(SIGINT);
  const json summary = summary_of(sender);
  REQUIRE(summary["viewers"].size() == 3);
  std::uint64_t skipped = 0;
  for (const json& viewer : summary["viewers"]) skipped += viewer["skipped"].get<std::uint64_t>();
  CHECK(skipped >= 10);
}

TEST_CASE("a viewer that was stopped shows no frame that waited meanwhile") {
  SenderProgram sender(test_card({"--fps", "30"}));
  ViewerProgram viewer({sender.url(), "--summary", "-"});
  wait_until_shown_again(viewer);
  viewer.send_signal(SIGSTOP);
  std::this_thread::sleep_for(std::chrono::seconds(3));
  viewer.send_signal(SIGCONT);
  wait_until_shown_again(viewer);
  viewer.send_signal(SIGINT);
  const json summary = summary_of(viewer);
  CHECK(summary["skipped_waited"] > 0);
  CHECK(summary["age_ms"]["max"] < 1000);
}

TEST_CASE("a slow viewer gets fewer frames, and always the newest") {
  SenderProgram sender(large_frames({}));
  TcpPeer slow = TcpPeer::connect_with_small_buffer(sender.port());
  TcpPeer quick = TcpPeer::connect(sender.port());
  const std::uint32_t begin = next_sequence(slow);
  for (int pause = 1; pause <= 3; ++pause) {
    const std::uint32_t newest = read_up_to(quick, begin + 15U * static_cast<unsigned>(pause));
    // The frame in transmission when the pause began is completed first; the newest one follows.
    const std::uint32_t begun = next_sequence(slow);
    next_sequence(slow);
    const std::uint32_t fresh = next_sequence(slow);
    INFO(fmt::format("{} was begun, {} is the newest, {} came", begun, newest, fresh));
    CHECK(begun + 5 < newest);
    CHECK(fresh + 2 >= newest);
  }
}

TEST_CASE("nothing is encoded while no viewer is connected") {
  SenderProgram sender(test_card({"--frames", "30", "--summary", "-"}));
  const json summary = summary_of(sender);
  CHECK(summary["captured"] == 30);
  CHECK(summary["encoded"] == 0);
  CHECK(summary["bytes"] == 0);
  CHECK(summary["viewers_max"] == 0);
}

TEST_CASE("encoding stops when the last viewer disconnects") {
  SenderProgram sender(test_card({"--stats"}));
  {
    TcpPeer viewer = TcpPeer::connect(sender.port());
    sender.wait_for("1 viewer, ");
  }
  sender.wait_for("0.0 encoded, 0.0 passed on, 0.0 Mbit/s, 0 viewers");
}

}  // namespace freshness_test
