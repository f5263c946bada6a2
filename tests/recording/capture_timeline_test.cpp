#include "recording/capture_timeline.hpp"

#include <catch2/catch.hpp>

using namespace jpegwire;
using namespace std::chrono_literals;

namespace capture_timeline_test {
namespace {

constexpr WallTime kStart{std::chrono::hours(500'000)};

/// Taken so long after the start by a clock that is an hour ahead, and here 30 ms later.
ReceivedFrame& stamped(ReceivedFrame& frame, microseconds taken, std::uint64_t stream_id = 1) {
  frame.stamp = FrameStamp{.stream_id = stream_id, .capture_time = kStart + 1h + taken};
  frame.first_byte = kStart + taken + 30ms;
  return frame;
}

}  // namespace

TEST_CASE("the sender's times are converted to this machine's clock", "[capture_timeline]") {
  CaptureTimeline timeline;
  ReceivedFrame frame;
  stamped(frame, 0ms).sender_ahead = 1h;
  CHECK(timeline.place(frame) == kStart);
  CHECK(timeline.place(stamped(frame, 33ms)) == kStart + 33ms);
}

TEST_CASE("a better estimate of the clock makes no leap", "[capture_timeline]") {
  CaptureTimeline timeline;
  ReceivedFrame frame;
  CHECK(timeline.place(stamped(frame, 0ms)) == kStart + 30ms);
  stamped(frame, 33ms).sender_ahead = 1h + 2ms;
  CHECK(timeline.place(frame) == kStart + 63ms);
}

TEST_CASE("the clock of another sender is estimated from scratch", "[capture_timeline]") {
  CaptureTimeline timeline;
  ReceivedFrame frame;
  stamped(frame, 0ms).sender_ahead = 1h;
  CHECK(timeline.place(frame) == kStart);
  frame.stamp->stream_id = 2;
  frame.stamp->capture_time += 5h;
  frame.first_byte += 40ms;
  frame.sender_ahead = 6h;
  CHECK(timeline.place(frame) == kStart);
}

TEST_CASE("setting the clock does not change the times", "[capture_timeline]") {
  const microseconds set = GENERATE(microseconds(-1h), microseconds(1h), microseconds(-50ms),
                                    microseconds(-2s), microseconds(2s));
  CaptureTimeline timeline;
  ReceivedFrame frame;
  for (int i = 0; i < 100; ++i) {
    const microseconds taken = i * 33ms;
    stamped(frame, taken).sender_ahead = 1h;  // from a later echo, which is not waited for
    if (i >= 50) frame.stamp->capture_time += set;
    if (i >= 80) *frame.sender_ahead += set;
    CHECK(timeline.place(frame) == kStart + taken);
  }
}

TEST_CASE("frames that the network delayed do not change the times of later ones",
          "[capture_timeline]") {
  CaptureTimeline timeline;
  ReceivedFrame frame;
  frame.sender_ahead = 1h;
  timeline.place(stamped(frame, 0ms));
  const auto place_late = [&](microseconds taken, microseconds came) {
    stamped(frame, taken).first_byte = kStart + came;
    return timeline.place(frame);
  };
  CHECK(place_late(33ms, 1600ms) <= kStart + 1600ms);
  place_late(900ms, 1601ms);
  CHECK(std::chrono::abs(place_late(1580ms, 1610ms) - (kStart + 1580ms)) <= 100ms);
}

TEST_CASE("impossible stamps are replaced by the times of arrival", "[capture_timeline]") {
  CaptureTimeline timeline;
  ReceivedFrame frame;
  WallTime last{};
  for (int i = 0; i < 10; ++i) {
    frame.first_byte = kStart + i * 33ms;
    const auto taken = i % 2 == 0 ? WallTime{} : WallTime(microseconds(32'503'680'000'000'000));
    frame.stamp = FrameStamp{.stream_id = i > 5 ? 2U : 1U, .capture_time = taken};
    if (i % 3 == 0) frame.sender_ahead = -1000h;
    const WallTime placed = timeline.place(frame);
    CHECK(std::chrono::abs(placed - frame.first_byte) < 1s);
    CHECK(placed >= last);
    last = placed;
  }
}

TEST_CASE("this program's own frames keep their steps when the clock is set",
          "[capture_timeline]") {
  const microseconds set = GENERATE(microseconds(-1h), microseconds(1h));
  CaptureTimeline timeline;
  const WallTime now = steady_now();
  const WallTime taken = wall_now();
  const WallTime begin = timeline.place(taken, now);
  for (int i = 1; i < 10; ++i) {
    const microseconds after = i * 33ms;
    const WallTime placed = timeline.place(taken + after + (i < 5 ? 0ms : set), now + after);
    CHECK(placed == begin + after);
  }
}

TEST_CASE("a frame without a stamp counts as captured when it arrived", "[capture_timeline]") {
  CaptureTimeline timeline;
  ReceivedFrame frame;
  frame.first_byte = kStart;
  CHECK(timeline.place(frame) == kStart);
}

}  // namespace capture_timeline_test
