#include "net/recording/capture_timeline.hpp"

#include <catch2/catch.hpp>

using namespace jpegwire;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kStart{std::chrono::hours(500'000)};

/// Taken so long after the start by a clock that is an hour ahead, and here 30 ms later.
ReceivedFrame& stamped(ReceivedFrame& frame, microseconds taken, std::uint64_t stream_id = 1) {
  frame.jpeg.layout.stamp = FrameStamp{.stream_id = stream_id, .capture_time = kStart + 1h + taken};
  frame.first_byte = kStart + taken + 30ms;
  return frame;
}

}  // namespace

TEST_CASE("the sender's times are brought to this machine's clock", "[capture_timeline]") {
  CaptureTimeline timeline;
  ReceivedFrame frame;
  stamped(frame, 0ms).sender_ahead = 1h;
  CHECK(timeline.place(frame) == kStart);
  CHECK(timeline.place(stamped(frame, 33ms)) == kStart + 33ms);
}

TEST_CASE("a clock that is known better later makes no leap", "[capture_timeline]") {
  CaptureTimeline timeline;
  ReceivedFrame frame;
  CHECK(timeline.place(stamped(frame, 0ms)) == kStart + 30ms);
  stamped(frame, 33ms).sender_ahead = 1h + 2ms;
  CHECK(timeline.place(frame) == kStart + 63ms);
}

TEST_CASE("a clock that was set, and another sender, begin anew", "[capture_timeline]") {
  CaptureTimeline timeline;
  ReceivedFrame frame;
  stamped(frame, 0ms).sender_ahead = 1h;
  CHECK(timeline.place(frame) == kStart);
  stamped(frame, 2h).sender_ahead = 3h;
  CHECK(timeline.place(frame) == kStart);
  stamped(frame, 40ms, 2).sender_ahead = 1h;
  CHECK(timeline.place(frame) == kStart + 40ms);
}

TEST_CASE("a frame without a stamp was taken when it came", "[capture_timeline]") {
  CaptureTimeline timeline;
  ReceivedFrame frame;
  frame.first_byte = kStart;
  CHECK(timeline.place(frame) == kStart);
}
