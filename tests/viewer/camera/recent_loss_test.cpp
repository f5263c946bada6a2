#include "viewer/camera/recent_loss.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::recent_loss_test {
namespace {

using std::chrono::seconds;

TEST_CASE("a loss is in percent of what was to arrive, and is unknown without anything") {
  RecentLoss loss;
  const SteadyTime now{seconds(1000)};
  CHECK_FALSE(loss.percent(now));
  loss.add(now, 150, 0);
  CHECK(loss.percent(now) == 0.0);
  loss.add(now, 0, 50);
  CHECK(loss.percent(now) == 25.0);
}

TEST_CASE("a loss is forgotten after five seconds") {
  RecentLoss loss;
  SteadyTime now{seconds(1000)};
  loss.add(now, 0, 10);
  for (int step = 0; step < 9; ++step) {
    CHECK(loss.percent(now) > 0.0);
    now += milliseconds(500);
    loss.add(now, 15, 0);
  }
  now += milliseconds(500);
  CHECK(loss.percent(now) == 0.0);
  now += seconds(10);
  CHECK_FALSE(loss.percent(now));
}

TEST_CASE("what arrives late after all is no loss") {
  RecentLoss loss;
  const SteadyTime now{seconds(1000)};
  loss.add(now, 98, 2);
  CHECK(loss.percent(now) == 2.0);
  loss.add(now + milliseconds(600), 2, -2);
  CHECK(loss.percent(now + milliseconds(600)) == 0.0);
  // The step in which it counted as lost may be forgotten before.
  CHECK(loss.percent(now + milliseconds(5100)) == 0.0);
}

}  // namespace
}  // namespace jpegwire::recent_loss_test
