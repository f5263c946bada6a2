// SIGINT and SIGTERM at any time: exit code 0, and a clean end for the peer.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"

using namespace jpegwire;
using nlohmann::json;

namespace signal_test {
namespace {

/// A peer that a viewer connects to, which sends frames and observes how the viewer disconnects.
void check_that_viewer_leaves(ViewerProgram& viewer, TcpPeer& sender, int signal) {
  check_ends(viewer, signal);
  CHECK_NOTHROW(sender.receive_to_end());  // an end of stream, no reset
}

}  // namespace

TEST_CASE("a signal ends a sender without viewers") {
  SenderProgram sender(test_card());
  sender.port();
  check_ends(sender, either_signal());
}

TEST_CASE("a signal ends a sender during a stream, and its viewer sees the end") {
  const int signal = either_signal();
  SenderProgram sender(test_card());
  TcpPeer peer = TcpPeer::connect(sender.port());
  ViewerProgram viewer({sender.url(), "--summary", "-"});
  viewer.wait_for("frames/s, age");
  sender.send_signal(signal);
  while (peer.receive_frame()) continue;  // the stream ends at size 0
  CHECK(peer.receive_to_end().empty());   // with nothing after it
  peer.close();
  CHECK(sender.wait() == 0);
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] > 0);
  CHECK(complaints_of(viewer).empty());
}

TEST_CASE("a signal ends a sender whose viewer reads nothing") {
  SenderProgram sender(test_card({"--quality", "95", "--stats"}));
  const TcpPeer stalled = TcpPeer::connect_with_small_buffer(sender.port());
  sender.wait_for("1 viewer, ");
  sender.wait_for(" skipped\n");
  check_ends(sender, either_signal());
}

TEST_CASE("a signal ends a sender that waits for a viewer to connect to") {
  SenderProgram sender(test_card({"--connect", tcp_url(free_port())}));
  sender.wait_for("trying again");
  sender.send_signal(either_signal());
  CHECK(sender.wait() == 0);
}

TEST_CASE("a signal ends a relay whose source is absent") {
  SenderProgram sender({"--source", tcp_url(free_port())});
  sender.wait_for("trying again");
  sender.send_signal(either_signal());
  CHECK(sender.wait() == 0);
}

TEST_CASE("a signal ends a viewer that no sender has connected to") {
  const int signal = either_signal();
  ViewerProgram refused({tcp_url(free_port())});
  refused.wait_for("waiting for");
  check_ends(refused, signal);
  ViewerProgram listening({"--listen", tcp_url(free_port())});
  listening.wait_for("waiting for");
  check_ends(listening, signal);
}

TEST_CASE("a signal ends a viewer whose sender sends nothing") {
  const int signal = either_signal();
  TcpListener listener;
  ViewerProgram viewer({listener.url()});
  TcpPeer sender = listener.accept();
  viewer.wait_for("connected to");
  check_that_viewer_leaves(viewer, sender, signal);
}

TEST_CASE("a signal ends a viewer within a frame") {
  const int signal = either_signal();
  TcpListener listener;
  ViewerProgram viewer({listener.url()});
  TcpPeer sender = listener.accept();
  const std::string frame = with_size(make_jpeg(320, 240));
  sender.send(frame + frame.substr(0, frame.size() / 2));
  viewer.wait_for("connected to");
  check_that_viewer_leaves(viewer, sender, signal);
}

TEST_CASE("a signal ends a viewer during a stream, and its sender sees the end") {
  const int signal = either_signal();
  SenderProgram sender(test_card());
  ViewerProgram viewer({sender.url()});
  viewer.wait_for("frames/s, age");
  check_ends(viewer, signal);
  sender.wait_for("disconnected after");
  CHECK_FALSE(sender.has_written("reset"));
  CHECK_FALSE(sender.has_written("Broken pipe"));
}

TEST_CASE("a signal ends a viewer that reconnects") {
  const int signal = either_signal();
  TcpListener listener;
  ViewerProgram viewer({listener.url(), "--reconnect"});
  {
    TcpPeer sender = listener.accept();
    sender.send(with_size(make_jpeg(320, 240)) + big_endian_size(0));
  }
  viewer.wait_for("reconnecting");
  viewer.send_signal(signal);
  CHECK(viewer.wait() == 0);
}

TEST_CASE("closing the terminal ends both programs cleanly, but not under nohup") {
  const auto inherited = std::signal(SIGHUP, SIG_DFL);  // as a terminal's programs have it
  {
    SenderProgram sender(test_card());
    ViewerProgram viewer({sender.url()});
    viewer.wait_for("frames/s, age");
    check_ends(viewer, SIGHUP);
    check_ends(sender, SIGHUP);
    Process echo({JPEGWIRE_SENDER, "--echo", "--tcp", "0"}, environment_of_programs());
    echo.wait_for("tcp://");
    check_ends(echo, SIGHUP);
  }
  std::signal(SIGHUP, SIG_IGN);
  SenderProgram sender(test_card());
  std::signal(SIGHUP, inherited);
  const std::uint16_t port = sender.port();
  sender.send_signal(SIGHUP);
  CHECK(TcpPeer::connect(port).receive_frame());
  check_ends(sender, SIGTERM);
}

}  // namespace signal_test
