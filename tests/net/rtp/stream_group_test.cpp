#include "net/rtp/stream_group.hpp"

#include <catch2/catch.hpp>

#include "support/rtp_frames.hpp"

namespace jpegwire::stream_group_test {
namespace {

using namespace test;

constexpr GroupSet kFull = only_group(kFullGroup);

/// A stream of full frames, on a board with a clock of its own.
struct Stage {
  explicit Stage(Adaptation most = Adaptation::size) : board(3, most) { group.note_frame(*full); }

  /// The link carries frames of so many times the full size.
  void set_link(double times) {
    const double frames_per_second = 1 / to_seconds(group.interval());
    const double rate = times * group.full_frame_bytes() * frames_per_second / 0.85;
    group.update(LinkState{.rate = rate, .safe_rate = rate, .as_of = now}, wish, now);
  }

  bool has_place() const { return board.viewers() == 1; }

  SteadyTime now{std::chrono::hours(1)};
  FramePointer full = encoded(168, 128, {.quality = 90});
  ViewerWish wish;
  RateBoard board;
  StreamGroup group{board};
};

TEST_CASE("a stream gets full frames as long as nobody reports or the link carries them") {
  Stage stage;
  stage.group.update(std::nullopt, stage.wish, stage.now);
  CHECK_FALSE(stage.has_place());
  stage.set_link(1.1);
  CHECK_FALSE(stage.has_place());
  CHECK(stage.group.group() == kFullGroup);
  CHECK(stage.group.takes(kFull, *stage.full));
}

TEST_CASE("a stream joins a group when its link does not carry the full frames") {
  Stage stage;
  stage.set_link(0.9);
  CHECK(stage.has_place());
  const unsigned group = stage.group.group();
  CHECK(group != kFullGroup);
  CHECK_FALSE(stage.group.takes(kFull, *stage.full));
  CHECK(stage.group.takes(only_group(group), *stage.full));
  CHECK_FALSE(stage.group.takes(only_group(group + 1), *stage.full));
}

TEST_CASE("a stream gets full frames again after its link could carry them easily for 2 s") {
  Stage stage;
  stage.set_link(0.9);
  const auto wait = [&](double seconds, double times) {
    stage.now += from_seconds(seconds);
    stage.set_link(times);
  };
  wait(1, 1.4);
  wait(1.9, 1.4);
  wait(1, 1.2);
  wait(1, 1.4);
  wait(1.9, 1.4);
  CHECK(stage.has_place());
  wait(0.2, 1.4);
  CHECK_FALSE(stage.has_place());
  CHECK(stage.group.group() == kFullGroup);
}

TEST_CASE("a stream gets full frames again when the last receiver that reports has left") {
  Stage stage;
  stage.set_link(0.5);
  stage.group.update(std::nullopt, stage.wish, stage.now);
  CHECK_FALSE(stage.has_place());
}

TEST_CASE("a stream that may not be adapted gets full frames") {
  Stage stage(Adaptation::off);
  stage.set_link(0.1);
  CHECK(stage.group.group() == kFullGroup);
  CHECK(stage.group.takes(kFull, *stage.full));
}

TEST_CASE("no capture is sent from two groups") {
  Stage stage;
  CHECK(stage.group.takes(kFull, *stage.full));
  CHECK(stage.group.takes(kFull, *stage.full));  // more bands of the same frame
  stage.set_link(0.9);
  const GroupSet all = ~GroupSet{0};
  CHECK_FALSE(stage.group.takes(all, *stage.full));
  CHECK(stage.group.takes(all, *encoded(168, 128, {}, 1)));
  stage.group.update(std::nullopt, stage.wish, stage.now);
  CHECK_FALSE(stage.group.takes(kFull, *encoded(168, 128, {}, 1)));
  CHECK(stage.group.takes(kFull, *encoded(168, 128, {}, 2)));
}

TEST_CASE("the board learns the link and the wish of a stream in a group") {
  Stage stage;
  stage.set_link(0.9);
  stage.wish.adaptation = Adaptation::quality;
  stage.wish.size_multiple = 8;
  stage.set_link(0.5);
  std::vector<GroupOrder> orders;
  stage.board.plan(orders, stage.group.interval(), stage.group.full_frame_bytes(), {}, stage.now);
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].budget_bytes == Approx(0.5 * stage.group.full_frame_bytes()).epsilon(0.01));
  CHECK_FALSE(orders[0].may_scale);
  CHECK(orders[0].size_multiple == 8);
}

TEST_CASE("frames of a group that are full ones show what these need now") {
  Stage stage;
  stage.set_link(0.9);
  const double before = stage.group.full_frame_bytes();
  stage.group.note_frame(*encoded(168, 128, {.quality = 50}, 1));
  stage.group.note_frame(*encoded(80, 64, {.quality = 90}, 1));
  CHECK(stage.group.full_frame_bytes() == before);
  stage.group.note_frame(*encoded(168, 128, {.quality = 90}, 9));
  CHECK(stage.group.full_frame_bytes() != before);
}

}  // namespace
}  // namespace jpegwire::stream_group_test
