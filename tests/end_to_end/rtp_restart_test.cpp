// What an RTP viewer does when its sender ends, disappears or returns.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>

#include "end_to_end/pictures.hpp"
#include "end_to_end/rtp_streams.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace rtp_restart_test {
namespace {

Command small_card(std::uint16_t port, const std::string& size = "320x240") {
  return test_card({"--tcp", "off", "--rtp", rtp_address(port), "--size", size});
}

}  // namespace

TEST_CASE("an RTP sender's goodbye ends its viewer cleanly") {
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(small_card(port));
  ViewerProgram viewer({rtp_url(port), "--timeout", "600", "--summary", "-"});
  wait_until_shown(viewer);
  sender.send_signal(SIGINT);
  CHECK(sender.wait() == 0);
  CHECK(summary_of(viewer)["frames"] > 0);
  CHECK(complaints_of(viewer).empty());
}

TEST_CASE("an RTP viewer with --reconnect continues with a restarted sender") {
  const std::uint16_t port = free_udp_ports();
  ViewerProgram viewer({rtp_url(port), "--reconnect", "--summary", "-"});
  {
    SenderProgram sender(small_card(port));
    wait_until_shown(viewer);
    sender.send_signal(SIGINT);
    CHECK(sender.wait() == 0);
  }
  viewer.wait_for("has ended the stream; reconnecting");
  SenderProgram sender(small_card(port, "160x120"));
  viewer.wait_for("160x120");
  wait_until_shown_again(viewer);
  const json summary = interrupt(viewer);
  CHECK(summary["reconnects"] == 1);
  CHECK(summary["width"] == 160);
}

TEST_CASE("an RTP viewer continues with a sender that crashes and restarts at once") {
  const std::uint16_t port = free_udp_ports();
  ViewerProgram viewer({rtp_url(port), "--timeout", "30", "--summary", "-"});
  {
    SenderProgram sender(small_card(port));
    wait_until_shown(viewer);
  }
  SenderProgram sender(small_card(port, "160x120"));
  viewer.wait_for("160x120");
  const json summary = interrupt(viewer);
  CHECK(summary["reconnects"] == 1);
  CHECK(summary["width"] == 160);
}

TEST_CASE("an RTP viewer that receives no frame times out") {
  const std::uint16_t port = free_udp_ports();
  ViewerProgram viewer({rtp_url(port), "--timeout", "1"});
  CHECK_THAT(failure_of(viewer), Contains("no frame from " + rtp_url(port) + " within 1 s"));
}

TEST_CASE("an RTP viewer times out when its sender has disappeared") {
  const std::uint16_t port = free_udp_ports();
  std::optional<SenderProgram> sender(std::in_place, small_card(port));
  wait_until_sending(*sender);
  ViewerProgram viewer({rtp_url(port), "--timeout", "5"});
  wait_until_shown(viewer);
  sender.reset();
  CHECK_THAT(failure_of(viewer), Contains("no frame from " + rtp_url(port) + " within 5 s"));
}

TEST_CASE("an RTP viewer with --reconnect waits indefinitely") {
  const std::uint16_t port = free_udp_ports();
  ViewerProgram viewer({rtp_url(port), "--reconnect", "--timeout", "0.5", "--summary", "-"});
  viewer.wait_for("no frame from " + rtp_url(port) + " within 0.5 s; reconnecting");
  SenderProgram sender(small_card(port));
  wait_until_shown(viewer);
  CHECK(interrupt(viewer)["frames"] > 0);
}

TEST_CASE("an RTP viewer shows frames again as soon as a sender that paused continues") {
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(small_card(port));
  ViewerProgram viewer({rtp_url(port), "--reconnect", "--timeout", "0.5", "--summary", "-"});
  wait_until_shown(viewer);
  // A slow machine may have taken longer than the timeout for the first frame.
  const std::size_t before = count_written(viewer, "reconnecting");
  sender.send_signal(SIGSTOP);
  wait_for_more(viewer, "reconnecting", before);
  sender.send_signal(SIGCONT);
  wait_until_shown_again(viewer);
  const std::uint64_t reconnects = interrupt(viewer)["reconnects"];
  CHECK(reconnects >= 1);
  CHECK(reconnects + 1 == count_written(viewer, ": connected to "));
}

}  // namespace rtp_restart_test
