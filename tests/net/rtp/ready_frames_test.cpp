#include "net/rtp/ready_frames.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <thread>

namespace jpegwire::ready_frames_test {
namespace {

FramePtr make_frame() { return std::make_shared<EncodedFrame>(); }

TEST_CASE("the newest frame is begun, and the displaced ones are counted") {
  ReadyFrames ready;
  CHECK(ready.begin_newest() == nullptr);
  const FramePtr newest = make_frame();
  ready.offer(make_frame(), 1);
  ready.offer(make_frame(), 2);
  ready.offer(newest, 3);
  CHECK(ready.begin_newest() == newest);
  CHECK(ready.ready_bands() == 3);
  CHECK(ready.displaced() == 2);
  CHECK(ready.begin_newest() == nullptr);
}

TEST_CASE("bands of a frame that has begun count after a newer frame was offered") {
  ReadyFrames ready;
  const FramePtr first = make_frame();
  const FramePtr second = make_frame();
  ready.offer(first, 1);
  REQUIRE(ready.begin_newest() == first);
  ready.offer(second, 1);
  ready.offer(first, 4);
  CHECK(ready.ready_bands() == 4);
  CHECK(ready.begin_newest() == second);
  CHECK(ready.ready_bands() == 1);
  CHECK(ready.displaced() == 0);
}

TEST_CASE("only a frame that was offered before is updated") {
  ReadyFrames ready;
  const FramePtr first = make_frame();
  const FramePtr second = make_frame();
  ready.update(first, 1);
  CHECK(ready.begin_newest() == nullptr);
  ready.offer(first, 1);
  REQUIRE(ready.begin_newest() == first);
  ready.offer(second, 1);
  ready.update(first, 4);
  ready.update(second, 3);
  CHECK(ready.ready_bands() == 4);
  REQUIRE(ready.begin_newest() == second);
  CHECK(ready.ready_bands() == 3);
}

TEST_CASE("a frame that has begun is not begun again when it is submitted") {
  ReadyFrames ready;
  const FramePtr frame = make_frame();
  ready.offer(frame, 1);
  REQUIRE(ready.begin_newest() == frame);
  ready.offer(frame, 4);
  CHECK(ready.begin_newest() == nullptr);
  CHECK(ready.ready_bands() == 4);
}

TEST_CASE("the number of ready bands never decreases") {
  ReadyFrames ready;
  const FramePtr frame = make_frame();
  ready.offer(frame, 3);
  ready.offer(frame, 2);
  REQUIRE(ready.begin_newest() == frame);
  CHECK(ready.ready_bands() == 3);
  ready.offer(frame, 1);
  CHECK(ready.ready_bands() == 3);
}

TEST_CASE("one thread offers and another begins, and every frame is begun or displaced") {
  constexpr int kFrames = 20'000;
  ReadyFrames ready;
  std::jthread encoder([&] {
    for (int i = 0; i < kFrames; ++i) {
      const FramePtr frame = make_frame();
      for (int bands = 1; bands <= 3; ++bands) ready.offer(frame, bands);
    }
  });
  std::uint64_t begun = 0;
  while (begun + ready.displaced() < kFrames)
    if (ready.begin_newest()) ++begun;
  CHECK(begun > 0);
  CHECK(begun + ready.displaced() == kFrames);
}

}  // namespace
}  // namespace jpegwire::ready_frames_test
