// Which end connects to which, and what happens when an end disappears and returns.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"

using namespace jpegwire;
using nlohmann::json;

namespace reconnect_test {

TEST_CASE("the sender connects to a viewer that listens") {
  const std::string url = tcp_url(free_port());
  ViewerProgram viewer({"--listen", url, "--timeout", "30", "--frames", "5", "--summary", "-"});
  SenderProgram sender(test_card({"--connect", url}));
  CHECK(summary_of(viewer)["frames"] == 5);
}

TEST_CASE("a client that sends nothing does not keep a sender from a viewer that listens") {
  const std::uint16_t port = free_port();
  const std::string url = tcp_url(port);
  ViewerProgram viewer({"--listen", url, "--timeout", "30", "--frames", "5", "--summary", "-"});
  viewer.wait_for("waiting for a sender");
  TcpPeer silent = TcpPeer::connect(port);
  SenderProgram sender(test_card({"--connect", url}));
  viewer.wait_for("has sent no frame");
  CHECK(summary_of(viewer)["frames"] == 5);
}

TEST_CASE("a sender that connects to viewers needs no port to listen on") {
  const std::string url = tcp_url(free_port());
  SenderProgram sender(test_card({"--tcp", "off", "--connect", url}));
  sender.wait_for("sends to " + url);
  ViewerProgram viewer({"--listen", url, "--timeout", "30", "--frames", "5", "--summary", "-"});
  CHECK(summary_of(viewer)["frames"] == 5);
}

TEST_CASE("one sender serves viewers that connect to it and viewers that it connects to") {
  const std::string first = tcp_url(free_port()), second = tcp_url(free_port());
  const Command enough{"--timeout", "30", "--frames", "5", "--summary", "-"};
  ViewerProgram listening(Command{"--listen", first} + enough);
  ViewerProgram listening_too(Command{"--listen", second} + enough);
  SenderProgram sender(test_card({"--connect", first, "--connect", second}));
  ViewerProgram connecting(Command{sender.url()} + enough);
  CHECK(summary_of(listening)["frames"] == 5);
  CHECK(summary_of(listening_too)["frames"] == 5);
  CHECK(summary_of(connecting)["frames"] == 5);
}

TEST_CASE("the viewer finds a sender that starts later") {
  const std::string port = std::to_string(free_port());
  ViewerProgram viewer(
      {"tcp://127.0.0.1:" + port, "--timeout", "30", "--frames", "3", "--summary", "-"});
  viewer.wait_for("waiting for tcp://127.0.0.1:" + port);
  SenderProgram sender(test_card({"-p", port}));
  CHECK(summary_of(viewer)["frames"] == 3);
}

TEST_CASE("the viewer continues with a sender that has been restarted") {
  const std::string port = std::to_string(free_port());
  ViewerProgram viewer({"tcp://127.0.0.1:" + port, "--reconnect", "--summary", "-"});
  std::size_t before = 0;
  {
    SenderProgram sender(test_card({"-p", port}));
    wait_until_shown(viewer);
    before = count_written(viewer, "reconnecting");
    sender.send_signal(SIGINT);
    CHECK(sender.wait() == 0);
  }
  wait_for_more(viewer, "reconnecting", before);
  viewer.wait_for(", last picture 3 s ago");
  SenderProgram sender(test_card({"-p", port}));
  wait_until_shown_again(viewer);
  viewer.send_signal(SIGINT);
  const json summary = summary_of(viewer);
  CHECK(summary["reconnects"] >= 1);
  CHECK(summary["lost"] < 10);  // the new numbers are no gap; a slow machine skips some frames
}

TEST_CASE("the viewer reconnects after a sender has crashed") {
  const std::string port = std::to_string(free_port());
  ViewerProgram viewer({"tcp://127.0.0.1:" + port, "--reconnect", "--summary", "-"});
  std::size_t before = 0;
  {
    SenderProgram sender(test_card({"-p", port}));
    wait_until_shown(viewer);
    before = count_written(viewer, "reconnecting");
  }
  wait_for_more(viewer, "reconnecting", before);
  SenderProgram sender(test_card({"-p", port}));
  wait_until_shown_again(viewer);
  viewer.send_signal(SIGINT);
  CHECK(summary_of(viewer)["reconnects"] >= 1);
}

TEST_CASE("the sender reconnects to a viewer that has been restarted") {
  const std::string url = tcp_url(free_port());
  SenderProgram sender(test_card({"--connect", url, "--summary", "-"}));
  for (int start = 0; start < 2; ++start) {
    ViewerProgram viewer({"--listen", url, "--timeout", "30", "--frames", "3", "--summary", "-"});
    CHECK(summary_of(viewer)["frames"] == 3);
  }
  sender.send_signal(SIGINT);
  CHECK(summary_of(sender)["viewers"].size() >= 2);
}

TEST_CASE("viewers connect and disconnect during the stream") {
  SenderProgram sender(test_card({"--summary", "-"}));
  const std::uint16_t port = sender.port();
  TcpPeer first = TcpPeer::connect(port);
  CHECK(first.receive_frame());
  TcpPeer second = TcpPeer::connect(port);
  CHECK(second.receive_frame());
  first.close();
  for (int i = 0; i < 5; ++i) CHECK(TcpPeer::connect(port).receive_frame());
  CHECK(second.receive_frame());
  second.close();
  CHECK(TcpPeer::connect(port).receive_frame());
  sender.send_signal(SIGINT);
  const json summary = summary_of(sender);
  CHECK(summary["viewers"].size() == 8);
  CHECK(summary["viewers_max"] >= 2);
}

TEST_CASE("a viewer that has shut down its sending side still gets frames") {
  SenderProgram sender(test_card());
  TcpPeer peer = TcpPeer::connect(sender.port());
  peer.end_sending();
  for (int i = 0; i < 10; ++i) CHECK(peer.receive_frame());
}

TEST_CASE("a listening viewer rejects a second sender") {
  const std::string url = tcp_url(free_port());
  ViewerProgram viewer({"--listen", url, "--timeout", "30", "--summary", "-"});
  SenderProgram sender(test_card({"--connect", url}));
  wait_until_shown(viewer);
  SenderProgram intruder(test_card({"--connect", url, "--size", "640x480"}));
  viewer.wait_for("refused ");
  viewer.send_signal(SIGINT);
  const json summary = summary_of(viewer);
  CHECK(summary["width"] == 320);
  CHECK(summary["reconnects"] == 0);
}

}  // namespace reconnect_test
