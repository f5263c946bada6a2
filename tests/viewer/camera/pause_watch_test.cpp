#include "viewer/camera/pause_watch.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::pause_watch_test {
namespace {

using std::chrono::seconds;

const WallTime kStart{seconds(1'700'000'000)};

struct Bench {
  PauseMoment now{.steady = kStart, .since_boot = seconds(1000)};
  PauseWatch watch{};

  void pass(microseconds time) {
    now.steady += time;
    now.since_boot += time;
  }

  void run(microseconds time) {
    for (; time > microseconds{}; time -= PauseWatch::kTick) {
      pass(PauseWatch::kTick);
      watch.tick(now);
    }
  }

  std::optional<WallTime> resumed() { return watch.resumed(now); }
};

TEST_CASE("a process that runs was not stopped") {
  Bench bench;
  bench.pass(seconds(60));  // before the first tick
  CHECK_FALSE(bench.resumed());
  bench.watch.tick(bench.now);
  bench.run(seconds(10));
  CHECK_FALSE(bench.resumed());
  bench.pass(milliseconds(300));  // a tick is late, as on a busy machine
  bench.watch.tick(bench.now);
  CHECK_FALSE(bench.resumed());
}

TEST_CASE("what runs first after a stop notices it") {
  Bench bench;
  bench.watch.tick(bench.now);
  bench.run(seconds(1));
  const WallTime before = bench.now.steady;
  bench.pass(seconds(3));
  const WallTime end = bench.now.steady;
  SECTION("a tick") { bench.watch.tick(bench.now); }
  SECTION("a question") { CHECK(bench.watch.was_stopped_since(before, bench.now)); }
  bench.pass(milliseconds(50));
  CHECK(bench.resumed() == end);
  bench.run(seconds(1));
  CHECK(bench.resumed() == end);
  CHECK(bench.watch.was_stopped_since(before, bench.now));
  CHECK_FALSE(bench.watch.was_stopped_since(end, bench.now));
}

TEST_CASE("the sleep of the machine counts as a stop") {
  Bench bench;
  bench.watch.tick(bench.now);
  bench.now.since_boot += seconds(3600);  // the steady clock stood still
  CHECK(bench.resumed() == bench.now.steady);
}

TEST_CASE("after the end, no stop is noticed") {
  Bench bench;
  bench.watch.tick(bench.now);
  bench.watch.end();
  bench.pass(seconds(3));
  CHECK_FALSE(bench.resumed());
}

FrameOrigin arrived(WallTime time, std::optional<WallTime> captured = std::nullopt) {
  FrameOrigin frame{.stamp = std::nullopt, .first_byte = time, .sender_ahead = std::nullopt};
  if (!captured) return frame;
  frame.stamp = FrameStamp{.capture_time = *captured};
  frame.sender_ahead = microseconds(0);
  return frame;
}

TEST_CASE("without a stop no frame has waited") {
  WaitedFrames frames;
  CHECK_FALSE(frames.has_waited(arrived(kStart), std::nullopt));
  frames.all_was_read(kStart, std::nullopt);
  CHECK_FALSE(frames.has_waited(arrived(kStart), std::nullopt));
}

TEST_CASE("frames have waited that are read before the socket is first empty") {
  WaitedFrames frames;
  const WallTime emptied = kStart + milliseconds(5);
  CHECK(frames.has_waited(arrived(kStart - seconds(3)), kStart));  // in part before the stop
  CHECK(frames.has_waited(arrived(kStart + milliseconds(1)), kStart));
  frames.all_was_read(emptied, kStart);
  CHECK(frames.has_waited(arrived(emptied), kStart));  // the rest of it may come later
  CHECK_FALSE(frames.has_waited(arrived(emptied + milliseconds(1)), kStart));
  frames.all_was_read(emptied + milliseconds(20), kStart);
  CHECK_FALSE(frames.has_waited(arrived(emptied + milliseconds(10)), kStart));
}

TEST_CASE("frames have waited that the sender could not send before") {
  WaitedFrames frames;
  frames.all_was_read(kStart, kStart);
  const WallTime arrival = kStart + milliseconds(40);
  CHECK(frames.has_waited(arrived(arrival, kStart - seconds(2)), kStart));
  CHECK_FALSE(frames.has_waited(arrived(arrival, kStart + milliseconds(20)), kStart));
}

TEST_CASE("a socket that is never empty makes frames wait no longer than a second") {
  WaitedFrames frames;
  CHECK(frames.has_waited(arrived(kStart + milliseconds(900)), kStart));
  CHECK_FALSE(frames.has_waited(arrived(kStart + milliseconds(1100)), kStart));
}

TEST_CASE("each stop makes frames wait") {
  WaitedFrames frames;
  frames.all_was_read(kStart, kStart);
  CHECK_FALSE(frames.has_waited(arrived(kStart + milliseconds(10)), kStart));
  const WallTime later = kStart + seconds(20);
  CHECK(frames.has_waited(arrived(later + milliseconds(1)), later));
  frames.all_was_read(later + milliseconds(2), later);
  CHECK_FALSE(frames.has_waited(arrived(later + milliseconds(3)), later));
}

}  // namespace
}  // namespace jpegwire::pause_watch_test
