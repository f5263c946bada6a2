#include "sender/sources/pacer.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>

using jpegwire::FrameSchedule;
using jpegwire::Pacer;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

TEST_CASE("frames are never closer together than the rate allows", "[pacer]") {
  Pacer pacer(50);
  const auto begin = Clock::now();
  for (int frame = 0; frame <= 10; ++frame) REQUIRE(pacer.wait({}));
  CHECK(Clock::now() - begin >= milliseconds(200));
}

TEST_CASE("a rate of 0 never waits", "[pacer]") {
  Pacer pacer(0);
  const auto begin = Clock::now();
  for (int frame = 0; frame < 1000; ++frame) REQUIRE(pacer.wait({}));
  CHECK(Clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("missed deadlines are skipped, not made up for", "[pacer]") {
  constexpr milliseconds kInterval(50);
  Pacer pacer(20);
  REQUIRE(pacer.wait({}));
  std::this_thread::sleep_for(10 * kInterval);
  const auto late = Clock::now();
  REQUIRE(pacer.wait({}));  // due at once; the intervals count from here
  REQUIRE(pacer.wait({}));
  REQUIRE(pacer.wait({}));
  CHECK(Clock::now() - late >= 2 * kInterval);
}

TEST_CASE("stopping ends the wait for a frame that is due much later", "[pacer]") {
  std::stop_source stop;
  auto waiting = std::async(std::launch::async, [token = stop.get_token()] {
    Pacer pacer(0.001);
    const bool first = pacer.wait(token);
    return std::pair(first, pacer.wait(token));
  });
  std::this_thread::sleep_for(milliseconds(20));
  stop.request_stop();
  REQUIRE(waiting.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  CHECK(waiting.get() == std::pair(true, false));
}

TEST_CASE("after a stop it does not wait any more", "[pacer]") {
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(Pacer(0).wait(stop.get_token()));
  CHECK_FALSE(Pacer(0.001).wait(stop.get_token()));
}

TEST_CASE("a schedule keeps its rate when frames come a little late, and restarts after a gap",
          "[pacer]") {
  FrameSchedule schedule(10);
  const Clock::time_point begin{std::chrono::seconds(1)};
  CHECK(schedule.next_due(begin) == begin);
  schedule.advance(begin);
  CHECK(schedule.next_due(begin + milliseconds(90)) == begin + milliseconds(100));
  CHECK(schedule.next_due(begin + milliseconds(130)) == begin + milliseconds(100));
  schedule.advance(begin + milliseconds(100));
  CHECK(schedule.next_due(begin + milliseconds(130)) == begin + milliseconds(200));
  CHECK(schedule.next_due(begin + milliseconds(500)) == begin + milliseconds(500));
}

TEST_CASE("a schedule thins a faster source to its rate", "[pacer]") {
  const int source_rate = GENERATE(25, 30, 60);
  const int rate = GENERATE(1, 7, 24, 25);
  FrameSchedule schedule(rate);
  int taken = 0;
  for (int frame = 0; frame < 20 * source_rate; ++frame) {
    const Clock::time_point time{std::chrono::seconds(1) +
                                 std::chrono::microseconds(1'000'000LL * frame / source_rate)};
    if (schedule.take(time)) ++taken;
  }
  CAPTURE(source_rate, rate);
  CHECK(std::abs(taken - 20 * rate) <= 1);
}

TEST_CASE("a rate of 0 takes every frame", "[pacer]") {
  FrameSchedule schedule(0);
  for (int frame = 0; frame < 10; ++frame) {
    const Clock::time_point time{std::chrono::milliseconds(frame)};
    CHECK(schedule.take(time));
  }
}
