#include "net/stream/clock_offset.hpp"

#include <catch2/catch.hpp>
#include <random>

namespace jpegwire::clock_offset_test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const WallTime kStart{seconds(1'700'000'000)};

/// Two machines, the way between them, and true time as a third party sees it.
struct Link {
  microseconds sender_ahead{};
  WallTime now = kStart;  // on the viewer's clock
  ClockOffset offset{};

  WallTime sender_clock() const { return now + sender_ahead; }

  /// Sends a report, holds it, and returns the stamp that echoes it.
  FrameStamp exchange(microseconds there, microseconds hold, microseconds back) {
    FrameStamp stamp{.echo = now, .echo_hold = hold};
    now += there + hold;
    stamp.send_time = sender_clock();
    now += back;
    offset.observe(stamp, now);
    return stamp;
  }
};

TEST_CASE("without an echo the offset is unknown") {
  ClockOffset offset;
  CHECK_FALSE(offset.sender_ahead());
  offset.observe({.send_time = kStart}, kStart);
  CHECK_FALSE(offset.sender_ahead());
}

TEST_CASE("one echo over a symmetric link gives the exact offset, whatever the hold") {
  const auto ahead = GENERATE(microseconds(0), microseconds(hours(5)), microseconds(-hours(90)),
                              microseconds(123));
  const auto hold = GENERATE(microseconds(0), microseconds(10), microseconds(seconds(4000)));
  Link link{.sender_ahead = ahead};
  link.exchange(microseconds(700), hold, microseconds(700));
  CHECK(link.offset.sender_ahead() == ahead);
}

TEST_CASE("over an asymmetric link the error is half the difference") {
  Link link{.sender_ahead = hours(1)};
  link.exchange(microseconds(200), microseconds(0), microseconds(1000));
  CHECK(link.offset.sender_ahead() == hours(1) - microseconds(400));
}

TEST_CASE("the echo with the shortest round trip counts") {
  const unsigned seed = GENERATE(1U, 2U, 3U, 4U);
  CAPTURE(seed);
  std::mt19937 random(seed);
  Link link{.sender_ahead = -seconds(33)};
  const auto jitter = [&] { return microseconds(random() % 20'000); };
  for (int i = 0; i < 31; ++i) {
    if (i == 17) link.exchange(microseconds(150), jitter(), microseconds(150));
    link.exchange(microseconds(200) + jitter(), jitter(), microseconds(200) + jitter());
  }
  CHECK(link.offset.sender_ahead() == -seconds(33));
}

TEST_CASE("after a clock was set, the next echo counts") {
  Link link{.sender_ahead = seconds(1)};
  link.exchange(microseconds(10), microseconds(0), microseconds(10));
  link.sender_ahead = GENERATE(seconds(2), seconds(-60), seconds(0));
  link.exchange(microseconds(500), microseconds(0), microseconds(500));
  CHECK(link.offset.sender_ahead() == link.sender_ahead);
}

TEST_CASE("old echoes are forgotten, so drifting clocks are followed") {
  Link link{.sender_ahead = seconds(1)};
  link.exchange(microseconds(10), microseconds(0), microseconds(10));
  link.sender_ahead += microseconds(900);
  for (int i = 0; i < 32; ++i) link.exchange(microseconds(500), microseconds(0), microseconds(500));
  CHECK(link.offset.sender_ahead() == seconds(1) + microseconds(900));
}

TEST_CASE("the echo in a recorded frame is ignored") {
  ClockOffset offset(kStart);
  offset.observe({.send_time = kStart, .echo = kStart - seconds(5)}, kStart + seconds(1));
  CHECK_FALSE(offset.sender_ahead());
}

TEST_CASE("an echo in several stamps counts once, at its first arrival") {
  Link link;
  FrameStamp stamp = link.exchange(microseconds(100), microseconds(0), microseconds(100));
  // The next frame carries it too, and its way back seems shorter since it was held for longer.
  stamp.echo_hold += microseconds(33'150);
  stamp.send_time += microseconds(33'000);
  link.offset.observe(stamp, link.now + microseconds(33'000));
  CHECK(link.offset.sender_ahead() == microseconds(0));
}

TEST_CASE("an impossible echo is ignored") {
  ClockOffset offset;
  offset.observe({.send_time = kStart, .echo = kStart + seconds(1)}, kStart);  // from the future
  offset.observe({.send_time = kStart, .echo = kStart - seconds(1), .echo_hold = seconds(2)},
                 kStart);
  CHECK_FALSE(offset.sender_ahead());
}

}  // namespace
}  // namespace jpegwire::clock_offset_test
