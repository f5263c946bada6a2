#include "sender/sources/schedule.hpp"

#include <catch2/catch.hpp>

using namespace jpegwire;
using namespace std::chrono_literals;

namespace schedule_test {

TEST_CASE("frames keep the intervals of their times", "[schedule]") {
  Schedule schedule(1000ms);
  const WallTime first = schedule.wait(700ms, {}).value();
  CHECK(schedule.wait(703ms, {}).value() - first == 3ms);
  CHECK(schedule.wait(712ms, {}).value() - first == 12ms);
  CHECK(wall_now() - first >= 11ms);
}

TEST_CASE("when a file is played again, its first frame follows the last one at the usual interval",
          "[schedule]") {
  Schedule schedule(1000ms);
  const WallTime first = schedule.wait(700ms, {}).value();
  schedule.wait(703ms, {});
  schedule.begin_round();
  CHECK(schedule.wait(700ms, {}).value() - first == 6ms);
  CHECK(schedule.wait(703ms, {}).value() - first == 9ms);
  schedule.begin_round();
  CHECK(schedule.wait(700ms, {}).value() - first == 12ms);
}

TEST_CASE("a frame that is too late is due now, and later ones keep their intervals",
          "[schedule]") {
  Schedule schedule(0ms);
  const WallTime first = schedule.wait(0ms, {}).value();
  CHECK(schedule.wait(-5ms, {}).value() >= first);
  const WallTime second = schedule.wait(20ms, {}).value();
  CHECK(schedule.wait(23ms, {}).value() - second >= 3ms);
}

TEST_CASE("a schedule that is stopped waits no longer", "[schedule]") {
  Schedule schedule(1000ms);
  std::stop_source stop;
  CHECK(schedule.wait(0ms, stop.get_token()));
  stop.request_stop();
  CHECK_FALSE(schedule.wait(1h, stop.get_token()));
}

}  // namespace schedule_test
