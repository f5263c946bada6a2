// Viewers that hold places and frames without reading, and those that need them.

#include <algorithm>
#include <catch2/catch.hpp>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "net/stream/viewer_report.hpp"
#include "net/tcp/frame_server.hpp"
#include "support/loopback.hpp"

namespace jpegwire::stalled_viewers_test {
namespace {

using namespace test;

constexpr std::chrono::minutes kLong{10};

struct Stage {
  explicit Stage(const FrameServer::Settings& settings)
      : server(io, viewer_count, settings), endpoint(server.listen({"127.0.0.1", 0}).endpoint()) {}

  Peer& add_viewer(const std::string& from = "127.0.0.1") {
    const std::size_t before = arrived();
    Peer& viewer = viewers.emplace_back(io, endpoint, from);
    REQUIRE(run_until(io, [&] { return arrived() > before; }));
    return viewer;
  }

  /// A viewer that does not read.
  void add_squatter(const std::string& from = "127.0.0.1") { add_viewer(from); }

  /// Viewers so far, those included that were rejected.
  std::size_t arrived() const {
    return server.present_viewers().size() + server.departed_viewers().size() + server.rejected();
  }

  void submit(std::size_t size_bytes = 0) {
    server.submit(make_frame(sequence++, size_bytes));
    run_ready(io);
  }

  bool gets_a_frame(Peer& viewer) {
    const std::size_t before = viewer.frames();
    submit();
    return run_until(io, [&] { return viewer.frames() > before; });
  }

  std::vector<std::uint64_t> departed() const {
    std::vector<std::uint64_t> numbers;
    for (const ViewerStatistics& viewer : server.departed_viewers())
      numbers.push_back(viewer.number);
    return numbers;
  }

  asio::io_context io{1};
  ViewerCount viewer_count;
  FrameServer server;
  Endpoint endpoint;
  std::list<Peer> viewers;
  std::uint32_t sequence = 0;
};

TEST_CASE("one address cannot take all places of the TCP port") {
  Stage stage({.max_viewers = 10, .max_per_address = 2});
  stage.add_viewer();
  Peer& second = stage.add_viewer();
  Peer& third = stage.add_viewer();
  CHECK(run_until(stage.io, [&] { return third.is_closed(); }));
  CHECK(stage.server.rejected() == 1);
  CHECK(stage.gets_a_frame(stage.add_viewer("127.0.0.2")));
  CHECK(stage.gets_a_frame(second));
  second.send(write_report({wall_now()}));
  second.close_sending();
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.count() == 2; }));
  CHECK(stage.gets_a_frame(stage.add_viewer()));
}

TEST_CASE("squatters that hold all places without reading give way to new viewers") {
  Stage stage({.max_viewers = 9, .max_per_address = 8, .place_timeout = {}});
  Peer& good = stage.add_viewer("127.0.0.2");
  for (int i = 0; i < 8; ++i) stage.add_squatter();
  stage.submit(kMoreThanBuffers);
  REQUIRE(run_until(stage.io, [&] { return good.frames() == 1; }));
  CHECK(stage.gets_a_frame(stage.add_viewer("127.0.0.3")));
  CHECK(stage.gets_a_frame(stage.add_viewer()));  // from the squatters' address
  CHECK(stage.gets_a_frame(good));
  CHECK(stage.server.rejected() == 0);
  CHECK(stage.server.evicted_for_place() == 2);
  CHECK(stage.viewer_count.count() == 9);
}

TEST_CASE("the viewer that has stalled longest gives way first") {
  Stage stage({.max_viewers = 3, .place_timeout = {}});
  for (int i = 0; i < 3; ++i) {
    stage.add_squatter();
    stage.submit(kMoreThanBuffers);
  }
  stage.add_viewer();
  CHECK(stage.departed() == std::vector<std::uint64_t>{1});
  stage.add_viewer();
  CHECK(stage.departed() == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("viewers give way neither if they keep up, nor before the timeout") {
  const bool is_stalled = GENERATE(false, true);
  CAPTURE(is_stalled);
  Stage stage({.max_viewers = 2, .place_timeout = is_stalled ? kLong : milliseconds(0)});
  Peer& first = stage.add_viewer();
  Peer& second = stage.add_viewer();
  stage.submit(is_stalled ? kMoreThanBuffers : 0);
  if (!is_stalled) {
    REQUIRE(run_until(stage.io, [&] { return first.frames() == 1 && second.frames() == 1; }));
  }
  Peer& surplus = stage.add_viewer();
  CHECK(run_until(stage.io, [&] { return surplus.is_closed(); }));
  CHECK(stage.server.rejected() == 1);
  CHECK(stage.server.evicted_for_place() == 0);
  CHECK(stage.viewer_count.count() == 2);
}

// The encoder makes no frames for it, so that none waits.
TEST_CASE("a viewer that took a frame into its buffers and reports none has stalled") {
  Stage stage({.max_viewers = 1, .place_timeout = {}, .adaptation = Adaptation::size});
  Peer& silent = stage.add_viewer();
  std::vector<GroupOrder> orders;
  const auto takes_one_more = [&] {
    const SteadyTime now = std::chrono::steady_clock::now();
    stage.server.rates().plan(orders, milliseconds{33}, 0, wall_now(), now);
    if (!orders.at(0).has_ready_member) return false;
    stage.server.submit_for(only_group(orders[0].group), make_frame(stage.sequence++));
    run_ready(stage.io);
    return true;
  };
  REQUIRE(takes_one_more());
  REQUIRE(run_until(stage.io, [&] { return silent.frames() == 1; }));
  const WallTime now = wall_now();
  silent.send(write_report({now, FrameReception{.first_byte = now, .last_byte = now}}));
  REQUIRE(run_until(stage.io, [&] { return !takes_one_more(); }));
  stage.add_viewer();
  CHECK(stage.server.evicted_for_place() == 1);
}

TEST_CASE("viewers that stall hold no more memory than the budget, and a good one gets all frames",
          "[no_tsan]") {
  constexpr int kStalled = 6;
  constexpr std::size_t kBudget = 30'000'000;
  Stage stage({.memory_bytes = kBudget, .memory_timeout = {}});
  Peer& good = stage.add_viewer();
  std::list<std::weak_ptr<const EncodedFrame>> frames;
  const auto held_frames = [&] {
    return std::ranges::count_if(frames, [](const auto& frame) { return !frame.expired(); });
  };
  for (int i = 0; i < kStalled; ++i) {
    stage.add_squatter();
    auto frame = make_frame(stage.sequence++, kMoreThanBuffers);
    frames.emplace_back(frame);
    stage.server.submit(std::move(frame));
    run_ready(stage.io);
    CHECK(stage.server.memory().held_bytes() <= kBudget);
    CHECK(held_frames() <= static_cast<std::ptrdiff_t>(kBudget / kMoreThanBuffers));
    REQUIRE(
        run_until(stage.io, [&] { return good.frames() == stage.sequence || good.is_closed(); }));
    REQUIRE_FALSE(good.is_closed());
  }
  CHECK(stage.server.memory().evicted() >= 2);
  CHECK(stage.viewer_count.count() ==
        1 + kStalled - static_cast<int>(stage.server.memory().evicted()));
}

}  // namespace
}  // namespace jpegwire::stalled_viewers_test
