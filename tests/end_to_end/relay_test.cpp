// A sender whose source is another stream.

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "codec/bytes.hpp"
#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"

using namespace jpegwire;
using nlohmann::json;
using std::chrono::hours;
using std::chrono::seconds;

namespace relay_test {
namespace {

/// A sender on another machine whose clock is an hour ahead and whose pictures are ten seconds old.
class FarSender {
 public:
  std::string url() const { return listener_.url(); }

  /// Sends one frame to learn the viewer's time, then one that echoes it.
  void serve() {
    peer_.emplace(listener_.accept());
    peer_->send(with_size(with_stamp(make_jpeg(320, 240), stamp(0))));
    const WallTime echo = time_in(peer_->receive(kReportSizeBytes));
    const WallTime received = wall_now();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // else it displaces the first
    FrameStamp echoing = stamp(1);
    echoing.echo = echo;
    echoing.echo_hold = wall_now() - received;
    peer_->send(with_size(with_stamp(make_jpeg(320, 240, 200), echoing)));
  }

  void end() {
    peer_->send(big_endian_size(0));
    peer_->end_sending();
    peer_->receive_to_end();
  }

 private:
  static constexpr std::size_t kReportSizeBytes = 4 + 9 + 8;  // size, "jpegview" and version, time

  static FrameStamp stamp(std::uint32_t sequence) {
    const WallTime now = wall_now() + hours(1);
    return {
        .stream_id = 7, .sequence = sequence, .capture_time = now - seconds(10), .send_time = now};
  }

  static WallTime time_in(const std::string& report) {
    REQUIRE(report.size() == kReportSizeBytes);
    const auto bytes = std::as_bytes(std::span(report.data(), report.size())).last(8);
    return WallTime(
        std::chrono::microseconds(static_cast<std::int64_t>(get_big_endian<std::uint64_t>(bytes))));
  }

  TcpListener listener_;
  std::optional<TcpPeer> peer_;
};

/// The grey level in the middle of the picture.
int grey_of(const std::string& jpeg) {
  const auto picture = decode(jpeg);
  REQUIRE(picture);
  return picture->luma[picture->luma.size() / 2];
}

std::function<bool(const std::string&)> has_width(int width) {
  return [width](const std::string& jpeg) { return decode(jpeg).value().width == width; };
}

/// Waits for the card, since the system connects a peer before the relay knows of it, and a frame
/// that arrives in between is not sent to it.
TcpPeer connect_as_viewer(SenderProgram& relay) {
  TcpPeer peer = TcpPeer::connect(relay.port());
  CHECK(has_width(1280)(peer.receive_frame().value()));
  return peer;
}

/// Reads until a frame meets the condition; false if none of the next 300 does.
bool read_until(TcpPeer& peer, const std::function<bool(const std::string&)>& is_wanted) {
  for (int i = 0; i < 300; ++i)
    if (is_wanted(peer.receive_frame().value())) return true;
  return false;
}

std::function<bool(const std::string&)> has_grey(int grey) {
  return [grey](const std::string& jpeg) { return std::abs(grey_of(jpeg) - grey) <= 3; };
}

}  // namespace

TEST_CASE("the age of a picture is correct whatever the sender's clock shows") {
  FarSender sender;
  ViewerProgram viewer({sender.url(), "--summary", "-"});
  sender.serve();
  sender.end();
  const json age = summary_of(viewer)["age_ms"];
  CHECK(age["max"] > 9'900);
  CHECK(age["max"] < 40'000);
}

TEST_CASE("a relay keeps the capture time of the first sender") {
  FarSender sender;
  SenderProgram relay({"--source", sender.url()});
  TcpPeer peer = TcpPeer::connect(relay.port());
  sender.serve();
  FrameStamp stamp;
  REQUIRE(read_until(peer, [&](const std::string& frame) {
    stamp = stamp_of(frame).value();
    return has_grey(200)(frame);
  }));
  const auto age = stamp.send_time - stamp.capture_time;
  CHECK(age > std::chrono::milliseconds(9'900));
  CHECK(age < seconds(40));
}

TEST_CASE("a relay sends frames unchanged except for their stamps") {
  SenderProgram origin(test_card({"--adapt", "off"}));
  SenderProgram relay({"--source", origin.url(), "--summary", "-"});
  TcpPeer before = TcpPeer::connect(origin.port());
  TcpPeer behind = TcpPeer::connect(relay.port());
  // On a slow machine each of the two skips other frames.
  std::set<std::string> sent, relayed;
  const auto in_both = [&] {
    return std::ranges::count_if(relayed, [&](const auto& frame) { return sent.contains(frame); });
  };
  for (int i = 0; i < 400 && in_both() < 5; ++i) {
    sent.insert(without_stamp(before.receive_frame().value()));
    relayed.insert(without_stamp(behind.receive_frame().value()));
  }
  CHECK(in_both() >= 5);
  relay.send_signal(SIGINT);
  const json summary = summary_of(relay);
  CHECK(summary["passthrough"] >= 5);
  CHECK(summary["width"] == 320);
}

TEST_CASE("a relay shows a card while its source is absent, and continues when it is back") {
  const std::string port = std::to_string(free_port());
  SenderProgram relay({"--source", "tcp://127.0.0.1:" + port, "--summary", "-"});
  ViewerProgram viewer({relay.url(), "--reconnect", "--summary", "-"});
  TcpPeer peer = TcpPeer::connect(relay.port());
  CHECK(has_width(1280)(peer.receive_frame().value()));  // the card, at the default size
  {
    SenderProgram origin(test_card({"-p", port}));
    REQUIRE(read_until(peer, has_width(320)));
    origin.send_signal(SIGINT);
    CHECK(origin.wait() == 0);
  }
  relay.wait_for("trying again");
  for (int i = 0; i < 25; ++i) CHECK(peer.receive_frame());  // the card is sent repeatedly
  SenderProgram origin(test_card({"-p", port, "--size", "160x120"}));
  REQUIRE(read_until(peer, has_width(160)));
  relay.send_signal(SIGINT);
  CHECK(summary_of(relay)["reopened"] == 1);
  viewer.send_signal(SIGINT);
  CHECK(summary_of(viewer)["reconnects"] == 0);
}

TEST_CASE("a card stays marked as one when it is relayed, decoded or not") {
  const std::string passthrough = GENERATE("auto", "off");
  SenderProgram absent({"--source", "tcp://127.0.0.1:" + std::to_string(free_port())});
  SenderProgram relay({"--source", absent.url(), "--passthrough", passthrough});
  TcpPeer peer = TcpPeer::connect(relay.port());
  relay.wait_for("connected to");
  for (int i = 0; i < 20; ++i) CHECK(stamp_of(peer.receive_frame().value())->no_signal);
  SenderProgram origin(test_card());
  SenderProgram second({"--source", origin.url(), "--passthrough", passthrough});
  TcpPeer other = TcpPeer::connect(second.port());
  CHECK(read_until(other, [](const std::string& frame) { return !stamp_of(frame)->no_signal; }));
}

TEST_CASE("a slow source is not treated as lost") {
  TcpListener listener;
  SenderProgram relay({"--source", listener.url()});
  TcpPeer peer = connect_as_viewer(relay);
  TcpPeer origin = listener.accept();
  origin.send(with_size(make_jpeg(320, 240, 60)));
  REQUIRE(read_until(peer, has_grey(60)));
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  origin.send(with_size(make_jpeg(320, 240, 120)));
  CHECK(has_grey(120)(peer.receive_frame().value()));  // and no card before it
}

TEST_CASE("a source that stalls is replaced by the card before viewers time out") {
  TcpListener listener;
  SenderProgram relay({"--source", listener.url()});
  ViewerProgram viewer({relay.url(), "--timeout", "5", "--summary", "-"});
  TcpPeer peer = connect_as_viewer(relay);
  TcpPeer origin = listener.accept();
  origin.send(with_size(make_jpeg(320, 240, 60)));
  REQUIRE(read_until(peer, has_grey(60)));
  CHECK_FALSE(has_grey(60)(peer.receive_frame().value()));
  relay.wait_for("no frame from");
  for (int i = 0; i < 10; ++i) CHECK(peer.receive_frame());
  viewer.send_signal(SIGINT);
  CHECK(summary_of(viewer)["frames"] >= 2);
}

TEST_CASE("a relay drops and counts frames that are not JPEGs") {
  TcpListener listener;
  SenderProgram relay({"--source", listener.url(), "--summary", "-"});
  TcpPeer peer = connect_as_viewer(relay);
  TcpPeer origin = listener.accept();
  origin.send(with_size("this is no picture"));
  for (int i = 0; i < 10; ++i) origin.send(with_size(make_jpeg(320, 240, 60)));
  REQUIRE(read_until(peer, has_grey(60)));
  relay.send_signal(SIGINT);
  CHECK(summary_of(relay)["corrupt"] == 1);
}

TEST_CASE("a relay passes on a frame that ends early with EOI, or encodes what it shows") {
  const bool is_passed_on = GENERATE(true, false);
  TcpListener listener;
  SenderProgram relay({"--source", listener.url(), "--summary", "-", "--passthrough",
                       is_passed_on ? "auto" : "off"});
  TcpPeer peer = connect_as_viewer(relay);
  TcpPeer origin = listener.accept();
  const std::string jpeg = make_jpeg(320, 240, 60);
  const std::string cut = jpeg.substr(0, jpeg.size() - 20);
  origin.send(with_size(cut));
  if (is_passed_on)
    CHECK(read_until(
        peer, [&](const std::string& sent) { return without_stamp(sent) == cut + "\xff\xd9"; }));
  else
    CHECK(read_until(peer, [](const std::string& sent) {
      const std::optional<DecodedJpeg> picture = decode(sent);
      return picture && std::abs(picture->luma.front() - 60) <= 3 && picture->luma.back() == 128;
    }));
  relay.send_signal(SIGINT);
  const json summary = summary_of(relay);
  CHECK(summary["corrupt"] == 0);
  CHECK(summary["damaged"] == (is_passed_on ? 0 : 1));
}

TEST_CASE("a relay shows its card while all frames are refused, and says why") {
  const bool is_passed_on = GENERATE(true, false);
  TcpListener listener;
  SenderProgram relay({"--source", listener.url(), "--passthrough", is_passed_on ? "auto" : "off",
                       "--summary", "-"});
  TcpPeer peer = connect_as_viewer(relay);
  TcpPeer origin = listener.accept();
  const std::string good = with_size(make_jpeg(320, 240, 60));
  origin.send(good);
  REQUIRE(read_until(peer, has_grey(60)));
  {
    const std::string refused = with_size(
        is_passed_on ? with_claimed_size(make_jpeg(320, 240), 0, 240) : undecodable_jpeg());
    const std::jthread sending([&](const std::stop_token& stop) {
      while (!stop.stop_requested() && origin.try_send(refused))
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    });
    CHECK(read_until(peer, [](const std::string& jpeg) { return !has_grey(60)(jpeg); }));
  }
  relay.wait_for("was refused: ");
  origin.send(good);
  CHECK(read_until(peer, has_grey(60)));
  relay.send_signal(SIGINT);
  const json summary = summary_of(relay);
  CHECK(summary["refused"] ==
        json{{is_passed_on ? "empty_picture" : "undecodable", summary["corrupt"]}});
  CHECK(summary["no_signal"] > 0);
}

TEST_CASE("a relay with --fps thins the stream to that rate") {
  SenderProgram origin(test_card({"--size", "320x240", "--fps", "30"}));
  SenderProgram relay({"--source", origin.url(), "--fps", "7", "--summary", "-"});
  {
    TcpPeer peer = TcpPeer::connect(relay.port());
    for (int i = 0; i < 10; ++i) CHECK(peer.receive_frame());
  }
  const json summary = interrupt(relay);
  CHECK(summary["skipped_capture"] > 2 * summary["passthrough"].get<int>());
  CHECK(summary["reopened"] == 0);
}

}  // namespace relay_test
