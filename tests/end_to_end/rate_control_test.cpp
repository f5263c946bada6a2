// What each viewer is sent: frames that its link carries, and what it asked for.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>

#include "codec/time.hpp"
#include "end_to_end/http_sender.hpp"
#include "end_to_end/pictures.hpp"
#include "net/stream/frame_stamp.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace rate_control_test {
namespace {

/// A viewer over HTTP.
struct Client {
  Client(HttpSender& sender, const std::string& target)
      : peer(TcpPeer::connect(sender.http_port())) {
    peer.send(http_get(target));
    reader.emplace(peer);
  }

  PictureSize next_size() {
    const auto picture = decode(reader->next());
    REQUIRE(picture);
    return {picture->width, picture->height};
  }

  TcpPeer peer;
  std::optional<StreamReader> reader;
};

HttpSender sender_of(const Command& options = {}) {
  return HttpSender(Command{"--source", "test", "--size", "640x360"} + options);
}

}  // namespace

TEST_CASE("a stream's URL bounds the size and the quality of its pictures, and of no others") {
  HttpSender sender = sender_of();
  Client whole(sender, "/stream");
  Client small(sender, "/stream?width=320&quality=40");
  // The viewers become two groups with the second frame or so.
  CHECK(eventually([&] { return small.next_size() == PictureSize{320, 180}; }));
  CHECK(small.reader->part().field("X-Quality") == "40");
  CHECK(eventually(
      [&] { return whole.reader->next(), whole.reader->part().field("X-Quality") == "80"; }));
  CHECK(whole.next_size() == PictureSize{640, 360});
}

TEST_CASE("a stream's URL bounds its frame rate") {
  HttpSender sender = sender_of({"--fps", "30"});
  Client client(sender, "/stream?fps=6");
  FrameStamp last = *stamp_of(client.reader->next());
  for (int i = 0; i < 5; ++i) {
    const FrameStamp stamp = *stamp_of(client.reader->next());
    CHECK(stamp.capture_time - last.capture_time >= milliseconds{140});
    last = stamp;
  }
}

TEST_CASE("a wrong value in a stream's URL is refused with the values that it takes") {
  HttpSender sender = sender_of();
  for (const std::string query : {"width=0", "quality=101", "fps=x", "adapt=yes"}) {
    const HttpResponse response = fetch(sender, "/stream?" + query);
    CHECK(response.status == 400);
    CHECK_THAT(response.body, Contains(query.substr(0, query.find('='))) && Contains(" takes "));
  }
}

TEST_CASE("with --adapt off all viewers are sent the same frames") {
  HttpSender sender = sender_of({"--adapt", "off"});
  Client client(sender, "/stream?width=320&quality=40&adapt=auto");
  CHECK(client.next_size() == PictureSize{640, 360});
  CHECK(client.reader->part().field("X-Quality") == "80");
}

TEST_CASE("the statistics tell what each viewer's link carries and what it is sent") {
  HttpSender sender = sender_of();
  Client client(sender, "/stream?width=320&height=100&quality=40");
  json viewer;
  CHECK(eventually([&] {
    client.reader->next();
    viewer = json::parse(fetch(sender, "/stats.json").body)["links"][0];
    return viewer["height"] == 100;
  }));
  CHECK(viewer["quality"] == 40);
  CHECK(viewer["width"] == 176);
  CHECK(viewer["group"] == 1);
  CHECK(viewer["rate_mbit"] > 0);
  CHECK(viewer["budget_kb"] > 0);
  const std::string metrics = fetch(sender, "/metrics").body;
  CHECK_THAT(metrics, Contains("jpegwire_link_bits_per_second{viewer=\"1\"") &&
                          Contains("jpegwire_link_quality{viewer=\"1\""));
}

TEST_CASE("a script that reads slowly is sent fewer frames, and not worse ones") {
  SenderProgram sender({"--source", "test", "--size", "1280x720", "--quality", "95", "--fps", "60",
                        "--summary", "-"});
  TcpPeer script = TcpPeer::connect(sender.port());
  for (int i = 0; i < 60; ++i) {
    const auto frame = script.receive_frame();
    REQUIRE(frame);
    CHECK(decode(*frame)->width == 1280);
    const WallTime read = wall_now();
    CHECK(eventually([&] { return wall_now() - read > milliseconds(25); }));
  }
  sender.send_signal(SIGINT);
  script.close();
  CHECK(summary_of(sender)["viewers"][0]["quality"] > 40);
}

// The frame that was being read, one that hides in the window, and those that ask for the window.
TEST_CASE("a script that stops reading finds few old frames when it goes on") {
  SenderProgram sender({"--source", "test", "--size", "1280x720", "--quality", "95"});
  TcpPeer script = TcpPeer::connect(sender.port());
  for (int i = 0; i < 30; ++i) REQUIRE(script.receive_frame());
  const WallTime stopped = wall_now();
  CHECK(eventually([&] { return wall_now() - stopped > std::chrono::seconds(3); }));
  const WallTime resumed = wall_now();
  int old_frames = 0;
  for (FrameStamp stamp; stamp.capture_time < resumed; ++old_frames)
    stamp = *stamp_of(script.receive_frame().value());
  CHECK(old_frames <= 8);
}

}  // namespace rate_control_test
