// SIGINT and SIGTERM during an RTP stream, and ends that disappear.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>

#include "end_to_end/rtp_streams.hpp"

using namespace jpegwire;

TEST_CASE("a signal ends an RTP sender, with each kind of repair") {
  const int signal = either_signal();
  const auto options = GENERATE(values<Command>({{}, {"--fec", "50"}, {"--nack"}, {"--pace"}}));
  INFO(signal << " " << (options.empty() ? "" : options[0]));
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(test_card(Command{"--tcp", "off", "--rtp", rtp_address(port)} + options));
  ViewerProgram viewer({rtp_url(port), "--timeout", "30", "--summary", "-"});
  wait_until_shown(viewer);
  check_ends(sender, signal);
  CHECK(summary_of(viewer)["frames"] > 0);
}

TEST_CASE("a signal ends an RTP sender without viewers") {
  SenderProgram sender(
      test_card({"--tcp", "off", "--rtp", rtp_address(free_udp_ports()), "--stats"}));
  sender.wait_for("frames/s captured");
  check_ends(sender, either_signal());
}

TEST_CASE("a signal ends an RTP viewer during a stream, and its sender continues") {
  const int signal = either_signal();
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(test_card({"--rtp", rtp_address(port), "--summary", "-"}));
  wait_until_sending(sender);
  ViewerProgram viewer({rtp_url(port)});
  wait_until_shown(viewer);
  check_ends(viewer, signal);
  CHECK(TcpPeer::connect(sender.port()).receive_frame());
  CHECK(interrupt(sender)["viewers"].back()["receivers"] == 1);
}

TEST_CASE("a signal ends an RTP viewer that waits for its stream") {
  const auto options = GENERATE(values<Command>({{"--timeout", "60"}, {"--reconnect"}}));
  ViewerProgram viewer(Command{rtp_url(free_udp_ports())} + options);
  viewer.wait_for("waiting for");
  check_ends(viewer, either_signal());
}

TEST_CASE("a signal ends an RTP viewer whose sender has ended") {
  const std::uint16_t port = free_udp_ports();
  ViewerProgram viewer({rtp_url(port), "--reconnect"});
  {
    SenderProgram sender(test_card({"--tcp", "off", "--rtp", rtp_address(port)}));
    wait_until_shown(viewer);
    sender.send_signal(SIGINT);
    CHECK(sender.wait() == 0);
  }
  viewer.wait_for("has ended the stream");
  viewer.send_signal(either_signal());
  CHECK(viewer.wait() == 0);
}

TEST_CASE("an RTP viewer that disappears disturbs neither its sender nor other viewers") {
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(test_card({"--rtp", rtp_address(port), "--summary", "-"}));
  wait_until_sending(sender);
  ViewerProgram by_tcp({sender.url(), "--timeout", "30", "--summary", "-"});
  std::optional<ViewerProgram> vanishing(std::in_place, Command{rtp_url(port)});
  wait_until_shown(*vanishing);
  vanishing.reset();  // by SIGKILL
  wait_until_shown_again(by_tcp);
  ViewerProgram later({rtp_url(port), "--timeout", "30", "--frames", "5", "--summary", "-"});
  CHECK(summary_of(later)["frames"] == 5);
  CHECK(interrupt(by_tcp)["reconnects"] == 0);
  CHECK(complaints_of(sender).empty());
  CHECK(interrupt(sender)["viewers"].back()["kind"] == "rtp");
}
