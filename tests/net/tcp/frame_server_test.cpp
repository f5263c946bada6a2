#include "net/tcp/frame_server.hpp"

#include <catch2/catch.hpp>
#include <list>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "net/stream/viewer_report.hpp"
#include "support/loopback.hpp"

namespace jpegwire::frame_server_test {
namespace {

using namespace test;

const Endpoint kAnyPort{"127.0.0.1", 0};

/// A server on its own port and its viewers, in one thread.
struct Stage {
  explicit Stage(FrameServer::Settings settings = {})
      : server(io, viewer_count, settings), endpoint(server.listen(kAnyPort).endpoint()) {}

  Peer& add_viewer() {
    const int present = viewer_count.count();
    Peer& viewer = viewers.emplace_back(io, endpoint);
    REQUIRE(run_until(io, [&] { return viewer_count.count() > present; }));
    return viewer;
  }

  asio::io_context io{1};
  ViewerCount viewer_count;
  FrameServer server;
  Endpoint endpoint;
  std::list<Peer> viewers;
};

TEST_CASE("a frame arrives whole, with a stamp in its header") {
  const auto prefix = GENERATE(SizePrefix::be32, SizePrefix::le32, SizePrefix::ascii16);
  Stage stage({.prefix = prefix});
  Peer& viewer = stage.add_viewer();
  const auto frame = make_frame(41);
  const WallTime before = wall_now();
  stage.server.submit(frame);
  REQUIRE(run_until(stage.io, [&] { return viewer.frames() == 1; }));
  const Outcome outcome = viewer.outcome();
  CHECK(outcome.framing == name(prefix));
  CHECK(outcome.between_frames);
  const FrameStamp stamp = stamp_of(outcome.frames[0]);
  CHECK(without_stamp(outcome.frames[0]) == bytes_of(frame->layout));
  CHECK(stamp.sequence == 41);
  CHECK(stamp.capture_time == frame->capture_time);
  CHECK(stamp.send_time >= before);
  CHECK(stamp.send_time <= wall_now());
  CHECK(stamp.echo == WallTime{});
  CHECK(stamp.echo_hold == microseconds{});
}

TEST_CASE("all frames of a server have the same stream id, which differs between servers") {
  Stage stage;
  Stage other;
  Peer& viewer = stage.add_viewer();
  Peer& second = stage.add_viewer();
  Peer& stranger = other.add_viewer();
  stage.server.submit(make_frame(0));
  other.server.submit(make_frame(0));
  REQUIRE(run_until(stage.io, [&] { return viewer.frames() == 1 && second.frames() == 1; }));
  REQUIRE(run_until(other.io, [&] { return stranger.frames() == 1; }));
  const std::uint64_t id = stamp_of(viewer.outcome().frames[0]).stream_id;
  CHECK(stamp_of(second.outcome().frames[0]).stream_id == id);
  CHECK(stamp_of(stranger.outcome().frames[0]).stream_id != id);
}

void check_untorn_and_ascending(const Outcome& outcome) {
  CHECK(outcome.last != FrameAssembler::Event::failed);
  std::optional<std::uint32_t> last;
  for (const ByteVector& frame : outcome.frames) {
    const std::uint32_t sequence = stamp_of(frame).sequence;
    if (last) CHECK(sequence > *last);
    last = sequence;
  }
}

TEST_CASE("viewers connect and disconnect, and every frame arrives whole", "[no_tsan]") {
  const unsigned seed = GENERATE(1U, 2U, 3U);
  CAPTURE(seed);
  std::mt19937 random(seed);
  Stage stage({.max_per_address = 256});
  for (std::uint32_t sequence = 0; sequence < 150; ++sequence) {
    if (random() % 2 == 0) stage.viewers.emplace_back(stage.io, stage.endpoint);
    stage.server.submit(make_frame(sequence, random() % 150'000));
    for (Peer& viewer : stage.viewers)
      if (random() % 2 == 0) viewer.pump();
    run_ready(stage.io);
    if (!stage.viewers.empty() && random() % 3 == 0) {
      auto leaver = stage.viewers.begin();
      std::advance(leaver, random() % stage.viewers.size());
      check_untorn_and_ascending(leaver->outcome());
      stage.viewers.erase(leaver);
    }
  }
  for (Peer& viewer : stage.viewers) check_untorn_and_ascending(viewer.outcome());
  const auto watching = static_cast<int>(stage.viewers.size());
  CHECK(stage.viewer_count.max() >= watching);
  stage.viewers.clear();
  std::uint32_t sequence = 1000;
  CHECK(run_until(stage.io, [&] {
    stage.server.submit(make_frame(sequence++));
    return stage.viewer_count.count() == 0;
  }));
}

TEST_CASE(
    "a viewer that does not read delays no other viewer, and gets the newest frame when it reads") {
  constexpr std::uint32_t kFrames = 100;
  Stage stage;
  Peer& quick = stage.add_viewer();
  const std::string slow_peer = [&] {
    const auto local = stage.add_viewer().socket().local_endpoint();
    return to_string(Endpoint{local.address().to_string(), local.port()});
  }();
  Peer& slow = stage.viewers.back();

  std::vector<std::weak_ptr<const EncodedFrame>> frames;
  for (std::uint32_t sequence = 0; sequence < kFrames; ++sequence) {
    auto frame = make_frame(sequence, 300'000);
    const std::size_t size =
        quick.received().size() + 4 + kStampSizeBytes + frame->storage[0].size();
    frames.emplace_back(frame);
    stage.server.submit(std::move(frame));
    REQUIRE(run_until(stage.io, [&] { return quick.received().size() == size; }));
    const auto held = std::ranges::count_if(frames, [](const auto& f) { return !f.expired(); });
    REQUIRE(held <= 2);
  }
  CHECK(quick.frames() == kFrames);

  const std::vector<ViewerStatistics> statistics = stage.server.present_viewers();
  REQUIRE(statistics.size() == 2);
  for (const ViewerStatistics& viewer : statistics) {
    const bool is_slow = viewer.peer == slow_peer;
    CHECK(viewer.kind == "tcp");
    CHECK((is_slow ? viewer.frames < 60 : viewer.frames == kFrames));
    CHECK((is_slow ? viewer.skipped == kFrames - viewer.frames - 2 : viewer.skipped == 0));
  }

  REQUIRE(run_until(stage.io, [&] {
    const Outcome outcome = slow.outcome();
    return !outcome.frames.empty() && stamp_of(outcome.frames.back()).sequence == kFrames - 1;
  }));
  check_untorn_and_ascending(slow.outcome());
  CHECK(slow.outcome().between_frames);
}

TEST_CASE("a viewer's statistics outlive it") {
  Stage stage;
  Peer& viewer = stage.add_viewer();
  const auto frame = make_frame(0);
  stage.server.submit(frame);
  REQUIRE(run_until(stage.io, [&] { return viewer.frames() == 1; }));
  viewer.send(write_report({wall_now()}));
  viewer.close_sending();
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.count() == 0; }));
  const auto statistics = stage.server.departed_viewers();
  REQUIRE(statistics.size() == 1);
  CHECK(statistics[0].frames == 1);
  CHECK(statistics[0].bytes >= 4 + kStampSizeBytes + frame->storage[0].size());
}

TEST_CASE("the server listens on IPv6 too") {
  Stage stage;
  std::optional<Endpoint> endpoint;
  try {
    endpoint = stage.server.listen({"::1", 0}).endpoint();
  } catch (const std::runtime_error& error) {
    WARN("no IPv6 here: " << error.what());
    return;
  }
  CHECK(endpoint->port != 0);
  Peer viewer(stage.io, *endpoint);
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.any(); }));
  stage.server.submit(make_frame(0));
  CHECK(run_until(stage.io, [&] { return viewer.frames() == 1; }));
  CHECK_THAT(stage.server.present_viewers().at(0).peer, Catch::StartsWith("[::1]:"));
}

TEST_CASE("the error for a failed listen gives the reason") {
  Stage stage;
  CHECK_THROWS_WITH(
      stage.server.listen(stage.endpoint),
      Catch::Contains("cannot listen on 127.0.0.1:" + std::to_string(stage.endpoint.port)) &&
          Catch::Contains("another program uses the port"));
  CHECK_THROWS_WITH(stage.server.listen({"192.0.2.1", 0}),
                    Catch::Contains("no interface of this machine has the address"));
  CHECK_THROWS_WITH(stage.server.listen({"no host at all", 0}),
                    Catch::Contains("cannot listen on no host at all:0"));
}

TEST_CASE("a listener knows whether it is reachable from other machines") {
  asio::io_context io;
  const auto ignore = [](tcp::socket) {};
  CHECK_FALSE(Listener(io, {"127.0.0.1", 0}, "--tcp", ignore).is_public());
  CHECK(Listener(io, {"0.0.0.0", 0}, "--tcp", ignore).is_public());
}

TEST_CASE("the stream ends cleanly") {
  const auto prefix = GENERATE(SizePrefix::be32, SizePrefix::ascii16);
  Stage stage({.prefix = prefix});
  Peer& viewer = stage.add_viewer();
  Peer& slow = stage.add_viewer();
  stage.server.submit(make_frame(0, 3'000'000));
  REQUIRE(run_until(stage.io, [&] { return viewer.frames() == 1; }));
  stage.server.submit(make_frame(1));
  stage.server.finish(std::chrono::seconds(30));

  REQUIRE(run_until(stage.io, [&] { return viewer.closed_in_order(); }));
  const Outcome outcome = viewer.outcome();
  CHECK(outcome.last == FrameAssembler::Event::end_of_stream);
  CHECK(outcome.frames.size() == 2);  // what was submitted before the end is not lost
  viewer.socket().close();

  REQUIRE(run_until(stage.io, [&] { return slow.closed_in_order(); }));
  CHECK(slow.outcome().last == FrameAssembler::Event::end_of_stream);
  CHECK(slow.outcome().frames.size() == 1);  // the frame that was under way is finished
  slow.socket().close();
  CHECK(run_until(stage.io, [&] { return stage.viewer_count.count() == 0; }));
}

TEST_CASE("a viewer that does not receive its last frame is disconnected") {
  Stage stage;
  Peer& viewer = stage.add_viewer();
  stage.server.submit(make_frame(0, kMoreThanBuffers));
  run_ready(stage.io);
  stage.server.finish(milliseconds(50));
  CHECK(run_until(stage.io, [&] { return stage.viewer_count.count() == 0; }));
  CHECK(run_until(stage.io, [&] { return viewer.is_closed(); }));
  CHECK(viewer.frames() == 0);
}

TEST_CASE("a peer that sends anything but reports is disconnected, and the others continue") {
  const auto garbage = GENERATE(as<std::string>{}, "GET / HTTP/1.1\r\n\r\n",
                                std::string("\x00\x00\x02\x01xyz", 7), "\xFF\xFF\xFF\xFF");
  Stage stage;
  Peer& viewer = stage.add_viewer();
  Peer& stranger = stage.add_viewer();
  stranger.send(to_bytes(garbage));
  REQUIRE(run_until(stage.io, [&] { return stranger.is_closed(); }));
  CHECK(stage.viewer_count.count() == 1);
  stage.server.submit(make_frame(0));
  CHECK(run_until(stage.io, [&] { return viewer.frames() == 1; }));
}

TEST_CASE("at most max_viewers are served") {
  Stage stage({.max_viewers = 2});
  stage.add_viewer();
  Peer& leaver = stage.add_viewer();
  Peer refused(stage.io, stage.endpoint);
  REQUIRE(run_until(stage.io, [&] { return refused.is_closed(); }));
  CHECK(stage.server.rejected() == 1);
  CHECK(stage.viewer_count.count() == 2);

  leaver.send(write_report({wall_now()}));
  leaver.close_sending();
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.count() == 1; }));
  Peer& next = stage.add_viewer();
  stage.server.submit(make_frame(0));
  CHECK(run_until(stage.io, [&] { return next.frames() == 1; }));
  CHECK(stage.server.rejected() == 1);
}

TEST_CASE("a report is echoed in the following frames") {
  Stage stage;
  Peer& viewer = stage.add_viewer();
  const WallTime time = wall_now() - std::chrono::hours(1);  // the viewer has its own clock
  viewer.send(write_report({time}));
  std::uint32_t sequence = 0;
  REQUIRE(run_until(stage.io, [&] {
    stage.server.submit(make_frame(sequence++));
    const Outcome outcome = viewer.outcome();
    return !outcome.frames.empty() && stamp_of(outcome.frames.back()).echo == time;
  }));
  const FrameStamp stamp = stamp_of(viewer.outcome().frames.back());
  CHECK(stamp.echo_hold >= microseconds::zero());
  CHECK(stamp.echo_hold < std::chrono::seconds(60));
}

TEST_CASE("a viewer that shuts down its sending side after reports still gets the stream's end") {
  Stage stage;
  Peer& viewer = stage.add_viewer();
  viewer.send(write_report({wall_now()}));
  viewer.close_sending();
  REQUIRE(run_until(stage.io, [&] { return viewer.closed_in_order(); }));
  CHECK(viewer.outcome().last == FrameAssembler::Event::end_of_stream);
  CHECK(stage.viewer_count.count() == 0);
}

TEST_CASE("a viewer that shuts down its sending side without reports still gets frames") {
  Stage stage;
  Peer& viewer = stage.add_viewer();
  viewer.close_sending();
  for (std::uint32_t sequence = 0; sequence < 3; ++sequence) {
    stage.server.submit(make_frame(sequence));
    REQUIRE(run_until(stage.io, [&] { return viewer.frames() == sequence + 1; }));
  }
}

TEST_CASE("a frame that waited while newer ones were captured is not sent") {
  Stage stage({.adaptation = Adaptation::size});
  Peer& viewer = stage.add_viewer();
  std::vector<GroupOrder> orders;
  const auto capture = [&](WallTime time) {
    stage.server.rates().plan(orders, milliseconds{33}, 0, time, std::chrono::steady_clock::now());
    REQUIRE(orders.size() == 1);
  };
  const auto submit = [&](std::shared_ptr<EncodedFrame> frame, WallTime time) {
    frame->capture_time = time;
    stage.server.submit_for(only_group(orders[0].group), std::move(frame));
    run_ready(stage.io);
  };
  const WallTime begin = wall_now();
  capture(begin);
  submit(make_frame(0, kMoreThanBuffers), begin);
  submit(make_frame(1), begin);
  capture(begin + std::chrono::seconds(1));
  REQUIRE(run_until(stage.io, [&] {
    viewer.pump();
    return stage.server.present_viewers()[0].skipped == 1;
  }));
  submit(make_frame(2), begin + std::chrono::seconds(1));
  REQUIRE(run_until(stage.io, [&] { return viewer.frames() == 2; }));
  CHECK(stamp_of(viewer.outcome().frames.back()).sequence == 2);
}

TEST_CASE("the server connects to a listening viewer, and reconnects when it is lost") {
  asio::io_context io(1);
  ViewerCount viewer_count;
  FrameServer server(io, viewer_count, {});
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  server.dial({"127.0.0.1", acceptor.local_endpoint().port()});
  std::uint32_t sequence = 0;
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    REQUIRE(run_until(io, [&] { return viewer_count.any(); }));
    Peer viewer(io);
    viewer.accept(acceptor);
    server.submit(make_frame(sequence));
    REQUIRE(run_until(io, [&] { return viewer.frames() == 1; }));
    CHECK(stamp_of(viewer.outcome().frames[0]).sequence == sequence++);
    viewer.socket().close();
    REQUIRE(run_until(io, [&] {
      server.submit(make_frame(sequence));
      return !viewer_count.any();
    }));
  }
}

TEST_CASE("no viewer is dialled once the server has finished") {
  asio::io_context io(1);
  ViewerCount viewer_count;
  FrameServer server(io, viewer_count, {});
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  server.dial({"127.0.0.1", acceptor.local_endpoint().port()});
  REQUIRE(run_until(io, [&] { return viewer_count.any(); }));
  Peer viewer(io);
  viewer.accept(acceptor);
  server.finish(std::chrono::seconds(30));
  REQUIRE(run_until(io, [&] { return viewer.closed_in_order(); }));
  viewer.socket().close();
  io.restart();
  io.run();  // returns, since nothing is left to do
  CHECK(viewer_count.count() == 0);
}

}  // namespace
}  // namespace jpegwire::frame_server_test
