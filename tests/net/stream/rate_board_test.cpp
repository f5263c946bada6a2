#include "net/stream/rate_board.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <vector>

namespace jpegwire::rate_board_test {
namespace {

using Place = std::unique_ptr<RateBoard::Place>;

constexpr microseconds kInterval{33'333};
constexpr double kFullFrame = 365e3;
constexpr double kMegabit = 1e6 / 8;

/// A board with a clock of its own.
struct Stage {
  explicit Stage(unsigned groups = 3, Adaptation most = Adaptation::size) : board(groups, most) {}

  Place add(double megabits, const ViewerWish& wish = {}) {
    return board.add(wish, link(megabits));
  }

  LinkState link(double megabits, double outstanding = 0, bool has_credit = true) const {
    return {.rate = megabits * kMegabit,
            .safe_rate = megabits * kMegabit,
            .queued_bytes = outstanding,
            .as_of = now,
            .viewer_ready = has_credit ? std::optional(now) : std::nullopt};
  }

  void set(const Place& place, double megabits, double outstanding = 0, bool has_credit = true) {
    place->set(link(megabits, outstanding, has_credit));
  }

  const std::vector<GroupOrder>& plan() {
    board.plan(orders, kInterval, kFullFrame, captured, now);
    return orders;
  }

  SteadyTime now{std::chrono::hours(1)};
  WallTime captured{std::chrono::hours(2)};
  RateBoard board;
  std::vector<GroupOrder> orders;
};

double budget(double megabits) { return 0.85 * megabits * kMegabit * to_seconds(kInterval); }

TEST_CASE("one viewer is followed exactly") {
  Stage stage;
  const Place viewer = stage.add(20);
  REQUIRE(stage.plan().size() == 1);
  CHECK(stage.orders[0].group == viewer->group());
  CHECK(stage.orders[0].budget_bytes == Approx(budget(20)));
  CHECK(stage.orders[0].has_ready_member);
  CHECK(stage.orders[0].may_scale);
  CHECK(stage.orders[0].quality == 100);
  CHECK(stage.orders[0].limit == PictureSize{});
  CHECK(stage.orders[0].shown == PictureSize{});
}

TEST_CASE("groups are made once a second and for their slowest members") {
  Stage stage;
  std::vector<Place> viewers;
  for (const double megabits : {200.0, 150.0, 20.0, 18.0, 5.0, 4.5})
    viewers.push_back(stage.add(megabits));
  REQUIRE(stage.plan().size() == 3);
  CHECK(stage.orders[0].budget_bytes == Approx(budget(4.5)));
  CHECK(stage.orders[1].budget_bytes == Approx(budget(18)));
  CHECK(stage.orders[2].budget_bytes == Approx(budget(150)));
  CHECK(viewers[4]->group() == 1);
  CHECK(viewers[2]->group() == 2);
  CHECK(viewers[1]->group() == 3);
  stage.set(viewers[4], 20);
  stage.plan();
  CHECK(viewers[4]->group() == 1);
  stage.now += std::chrono::seconds(1);
  stage.plan();
  CHECK(viewers[4]->group() == 2);
}

TEST_CASE("a viewer that has become much slower leaves its group at once") {
  Stage stage;
  const Place steady = stage.add(20);
  const Place falling = stage.add(20);
  stage.plan();
  stage.set(falling, 17);
  stage.plan();
  CHECK(falling->group() == steady->group());
  stage.set(falling, 10);
  stage.plan();
  CHECK(falling->group() != steady->group());
}

TEST_CASE("a viewer that comes, becomes slow and leaves does not change the others' group") {
  Stage stage;
  const Place good = stage.add(20);
  stage.plan();
  const unsigned group = good->group();
  const std::uint64_t formed = stage.orders[0].formed;
  const auto check_others = [&] {
    const auto order = std::ranges::find(stage.plan(), group, &GroupOrder::group);
    REQUIRE(order != stage.orders.end());
    CHECK(good->group() == group);
    CHECK(order->formed == formed);
    CHECK(order->budget_bytes == Approx(budget(20)));
  };
  std::uint64_t last_formed = formed;
  for (int visit = 0; visit < 5; ++visit) {
    const Place stranger = stage.add(20);
    check_others();
    stage.set(stranger, 0.5);
    check_others();
    CHECK(stranger->group() != group);
    CHECK(stage.orders[0].formed > last_formed);
    last_formed = stage.orders[0].formed;
    stage.now += milliseconds{400};
    check_others();
  }
  check_others();
}

TEST_CASE("a slow viewer that goes on after it had stopped slows down nobody else") {
  Stage stage;
  const Place good = stage.add(20);
  const Place stopping = stage.add(1);
  stage.plan();
  stage.now += milliseconds{1100};
  stage.set(good, 20);
  stage.set(stopping, 1, 1e6, false);
  stage.plan();
  stage.now += milliseconds{100};
  stage.set(stopping, 1);
  REQUIRE(stage.plan().size() == 2);
  CHECK(stage.orders[1].budget_bytes == Approx(budget(20)));
  CHECK(stage.orders[1].group == good->group());
}

TEST_CASE("a group gets only frames that one of its members wants") {
  Stage stage(1);
  const Place seldom = stage.add(20);
  LinkState link = stage.link(20);
  link.taken = stage.captured;
  link.spacing = milliseconds{90};
  seldom->set(link);
  stage.captured += milliseconds{60};
  CHECK_FALSE(stage.plan()[0].has_ready_member);
  stage.captured += milliseconds{30};
  CHECK(stage.plan()[0].has_ready_member);
  stage.captured -= milliseconds{200};  // the clock was set
  CHECK(stage.plan()[0].has_ready_member);
  stage.captured += milliseconds{120};
  const Place often = stage.add(20);
  CHECK(stage.plan()[0].has_ready_member);
}

TEST_CASE("viewers whose links carry the full frames share a group") {
  Stage stage;
  const Place fast = stage.add(10'000);
  const Place enough = stage.add(150);
  stage.plan();
  CHECK(fast->group() == enough->group());
}

TEST_CASE("a group whose members' links are all busy gets no frame") {
  Stage stage;
  const Place viewer = stage.add(20);
  stage.set(viewer, 20, 80'000);
  REQUIRE(stage.plan().size() == 1);
  CHECK_FALSE(stage.orders[0].has_ready_member);
  stage.now += milliseconds{20};  // meanwhile 50 kB have left
  CHECK(stage.plan()[0].has_ready_member);
  stage.set(viewer, 20, 0, false);
  CHECK_FALSE(stage.plan()[0].has_ready_member);
}

TEST_CASE("a viewer that has stopped for a second does not count in its group") {
  Stage stage(1);
  const Place good = stage.add(20);
  const Place stopping = stage.add(10);
  CHECK(stage.plan()[0].budget_bytes == Approx(budget(10)));
  stage.now += milliseconds{1100};
  stage.set(good, 20);
  stage.set(stopping, 0.3, 1e6, false);
  CHECK(stage.plan()[0].budget_bytes == Approx(budget(20)));
  CHECK(stage.orders[0].has_ready_member);
}

TEST_CASE("a group gets as large and as good a picture as one of its members wants") {
  Stage stage(1);
  const Place small = stage.add(20, {.limit = {640, 360}, .quality = 50});
  const Place large = stage.add(20, {.limit = {800, 0}, .quality = 60});
  CHECK(stage.plan()[0].limit == PictureSize{800, 0});
  CHECK(stage.orders[0].quality == 60);
  const Place whole = stage.add(20);
  CHECK(stage.plan()[0].limit == PictureSize{});
  CHECK(stage.orders[0].quality == 100);
  small->set(ViewerWish{.adaptation = Adaptation::quality});
  CHECK_FALSE(stage.plan()[0].may_scale);
}

TEST_CASE("the server's setting bounds what a viewer may ask for") {
  Stage off(3, Adaptation::off);
  CHECK(off.board.add({}, off.link(20)) == nullptr);
  Stage quality(3, Adaptation::quality);
  const Place viewer = quality.add(20);
  REQUIRE(quality.plan().size() == 1);
  CHECK_FALSE(quality.orders[0].may_scale);
  CHECK(quality.board.add({.adaptation = Adaptation::off}, quality.link(20)) == nullptr);
}

TEST_CASE("a place is free again when its viewer has gone") {
  Stage stage;
  Place viewer = stage.add(20);
  CHECK(stage.board.viewers() == 1);
  viewer.reset();
  CHECK(stage.board.viewers() == 0);
  CHECK(stage.plan().empty());
}

}  // namespace
}  // namespace jpegwire::rate_board_test
