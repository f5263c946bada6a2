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

  /// Sends a frame that echoes nothing, captured `encode` before it is sent.
  void send_frame(microseconds back = microseconds(500), microseconds encode = microseconds(4000)) {
    now += microseconds(33'000);
    const FrameStamp stamp{.capture_time = sender_clock() - encode, .send_time = sender_clock()};
    now += back;
    offset.observe(stamp, now);
    now -= back;  // the next frame does not wait for this one
  }

  WallTime sender_clock() const { return now + sender_ahead; }

  /// Sends a report, holds it, and returns the stamp that echoes it.
  FrameStamp exchange(microseconds there, microseconds hold, microseconds back) {
    FrameStamp stamp{.echo = now, .echo_hold = hold};
    now += there + hold;
    stamp.capture_time = stamp.send_time = sender_clock();
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

TEST_CASE("after a clock was set, the offset is unknown until the next echo") {
  Link link{.sender_ahead = seconds(1)};
  link.exchange(microseconds(500), microseconds(0), microseconds(500));
  link.send_frame();
  REQUIRE(link.offset.sender_ahead() == seconds(1));
  link.sender_ahead =
      GENERATE(seconds(2), seconds(-1), seconds(-60), seconds(7200), seconds(-7200));
  CAPTURE(link.sender_ahead.count());
  for (int i = 0; i < 4; ++i) {
    link.send_frame();
    CHECK_FALSE(link.offset.sender_ahead());
  }
  link.exchange(microseconds(500), microseconds(0), microseconds(500));
  CHECK(link.offset.sender_ahead() == link.sender_ahead);
  link.send_frame();
  CHECK(link.offset.sender_ahead() == link.sender_ahead);
}

TEST_CASE("a frame that was captured before a clock was set and sent after it has no age") {
  Link link{.sender_ahead = seconds(1)};
  link.exchange(microseconds(500), microseconds(0), microseconds(500));
  const auto set = GENERATE(seconds(7200), seconds(-7200));
  CAPTURE(set.count());
  link.sender_ahead += set;
  link.send_frame();
  link.send_frame();
  link.exchange(microseconds(500), microseconds(0), microseconds(500));
  REQUIRE(link.offset.sender_ahead());
  const microseconds encode{4000};
  link.send_frame(microseconds(500), encode + set);  // the capture time is of the clock before
  CHECK_FALSE(link.offset.sender_ahead());
  link.send_frame();
  CHECK(link.offset.sender_ahead());
}

TEST_CASE("a frame that is late, or sent again, keeps its age") {
  Link link{.sender_ahead = seconds(1)};
  link.exchange(microseconds(500), microseconds(0), microseconds(500));
  for (const microseconds back : {microseconds(500), microseconds(seconds(5)), microseconds(200)}) {
    link.send_frame(back);
    CHECK(link.offset.sender_ahead() == seconds(1));
  }
}

TEST_CASE("one contradicting echo is not believed, several that agree are") {
  Link link{.sender_ahead = seconds(1)};
  const auto exchange = [&](microseconds ahead) {
    link.now += seconds(1);
    link.sender_ahead = ahead;
    link.exchange(microseconds(500), microseconds(0), microseconds(500));
  };
  exchange(seconds(1));
  exchange(seconds(1) - milliseconds(100));
  CHECK(link.offset.sender_ahead() == seconds(1));
  exchange(seconds(1));
  CHECK(link.offset.sender_ahead() == seconds(1));
  // Neither do two that contradict each other count.
  exchange(seconds(1) - milliseconds(100));
  exchange(seconds(1) - milliseconds(200));
  exchange(seconds(1) - milliseconds(100));
  CHECK(link.offset.sender_ahead() == seconds(1));
  exchange(seconds(1) - milliseconds(100));
  exchange(seconds(1) - milliseconds(100));
  CHECK(link.offset.sender_ahead() == seconds(1) - milliseconds(100));
}

TEST_CASE("one frame with impossible times does not discard the estimate") {
  Link link{.sender_ahead = seconds(1)};
  link.exchange(microseconds(500), microseconds(0), microseconds(500));
  link.sender_ahead = GENERATE(seconds(7200), seconds(-7200));
  link.send_frame();
  CHECK_FALSE(link.offset.sender_ahead());
  link.sender_ahead = seconds(1);
  link.send_frame();
  CHECK(link.offset.sender_ahead() == seconds(1));
}

TEST_CASE("the packets of one frame count as one contradiction") {
  Link link{.sender_ahead = seconds(1)};
  FrameStamp stamp = link.exchange(microseconds(500), microseconds(0), microseconds(500));
  stamp.send_time += hours(1);
  for (int i = 0; i < 20; ++i) link.offset.observe(stamp, link.now);
  stamp.echo = link.now - microseconds(100);
  link.offset.observe(stamp, link.now);  // the echo in that frame
  link.send_frame();
  CHECK(link.offset.sender_ahead() == seconds(1));
}

TEST_CASE("old echoes are forgotten, so drifting clocks are followed") {
  Link link{.sender_ahead = seconds(1)};
  link.exchange(microseconds(10), microseconds(0), microseconds(10));
  link.sender_ahead += microseconds(900);
  for (int i = 0; i < 32; ++i) {
    link.now += milliseconds(250);
    link.exchange(microseconds(500), microseconds(0), microseconds(500));
  }
  CHECK(link.offset.sender_ahead() == seconds(1) + microseconds(900));
}

TEST_CASE("an echo with each frame makes the best one of the last seconds forgotten no sooner") {
  Link link{.sender_ahead = seconds(1)};
  link.exchange(microseconds(10), microseconds(0), microseconds(10));
  const WallTime begin = link.now;
  while (link.now - begin < seconds(7)) {
    link.now += milliseconds(8);
    link.exchange(microseconds(200), microseconds(0), microseconds(900));
  }
  CHECK(link.offset.sender_ahead() == seconds(1));
}

TEST_CASE("of the echoes of a short time the best one counts, whichever came first") {
  Link link{.sender_ahead = seconds(1)};
  link.exchange(microseconds(200), microseconds(0), microseconds(900));
  link.exchange(microseconds(10), microseconds(0), microseconds(10));
  link.exchange(microseconds(200), microseconds(0), microseconds(900));
  CHECK(link.offset.sender_ahead() == seconds(1));
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
