#include "net/tcp/frame_memory.hpp"

#include <catch2/catch.hpp>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "codec/jpeg_encoder.hpp"
#include "support/jpegs.hpp"

namespace jpegwire::frame_memory_test {
namespace {

using namespace test;

constexpr milliseconds kTimeout{1000};
constexpr std::size_t kFrameBytes = 1000;
const SteadyTime kNow = SteadyTime() + std::chrono::hours(1);

class Holder final : public FrameHolder {
 public:
  Holder(const EncodedFrame* first, const EncodedFrame* second,
         std::optional<milliseconds> stalled_for)
      : held_{first, second} {
    if (stalled_for) stalled_since_ = kNow - *stalled_for;
  }

  HeldFrames held() const override { return held_; }
  std::optional<SteadyTime> stalled_since() const override { return stalled_since_; }
  void evict(const std::string& why) override {
    held_ = {};
    reason = why;
  }

  bool is_evicted() const { return !reason.empty(); }

  std::string reason;

 private:
  HeldFrames held_;
  std::optional<SteadyTime> stalled_since_;
};

struct Stage {
  explicit Stage(std::size_t max_bytes) : memory(max_bytes, kTimeout) {}

  const EncodedFrame* add_frame() {
    EncodedFrame& frame = frames.emplace_back();
    for (std::vector<std::byte>& buffer : frame.storage = decltype(frame.storage)(2))
      buffer.reserve(kFrameBytes / 2);
    return &frame;
  }

  Holder& add_holder(const EncodedFrame* first, const EncodedFrame* second,
                     std::optional<milliseconds> stalled_for) {
    Holder& holder = holders.emplace_back(first, second, stalled_for);
    memory.add(holder);
    return holder;
  }

  FrameMemory memory;
  std::list<EncodedFrame> frames;
  std::list<Holder> holders;
};

TEST_CASE("a frame counts once, however many connections hold it") {
  Stage stage(2 * kFrameBytes);
  const EncodedFrame* one = stage.add_frame();
  const EncodedFrame* other = stage.add_frame();
  for (int i = 0; i < 100; ++i) stage.add_holder(one, other, kTimeout);
  CHECK(stage.memory.held_bytes() == 2 * kFrameBytes);
  stage.memory.enforce(kNow);
  CHECK(stage.memory.evicted() == 0);
}

TEST_CASE("a frame that the encoder made counts, too") {
  Stage stage(1);
  BandPool pool(1);
  JpegEncoder encoder(pool, {});
  const std::shared_ptr<const EncodedFrame> frame =
      encoder.encode(make_picture(PixelFormat::i420, 640, 480, 0));
  const Holder& holder = stage.add_holder(frame.get(), nullptr, kTimeout);
  CHECK(stage.memory.held_bytes() >= frame->layout.size_bytes());
  stage.memory.enforce(kNow);
  CHECK(holder.is_evicted());
}

TEST_CASE("beyond the budget, those that have stalled longest are closed, as many as needed") {
  Stage stage(3 * kFrameBytes);
  std::vector<Holder*> holders;
  for (const int seconds : {3, 9, 5, 7, 1})
    holders.push_back(&stage.add_holder(stage.add_frame(), nullptr, std::chrono::seconds(seconds)));
  stage.memory.enforce(kNow);
  CHECK(holders[1]->is_evicted());
  CHECK(holders[3]->is_evicted());
  CHECK_THAT(holders[1]->reason, Catch::Contains("--memory 3000"));
  for (const int i : {0, 2, 4}) CHECK_FALSE(holders[static_cast<std::size_t>(i)]->is_evicted());
  CHECK(stage.memory.evicted() == 2);
  CHECK(stage.memory.held_bytes() == 3 * kFrameBytes);
}

TEST_CASE("connections that keep up, or have stalled only a moment, are never closed") {
  Stage stage(1);
  stage.add_holder(stage.add_frame(), stage.add_frame(), std::nullopt);
  stage.add_holder(stage.add_frame(), nullptr, kTimeout - milliseconds(1));
  Holder& stalled = stage.add_holder(stage.add_frame(), nullptr, kTimeout);
  stage.memory.enforce(kNow);
  stage.memory.enforce(kNow);
  CHECK(stalled.is_evicted());
  CHECK(stage.memory.evicted() == 1);
}

TEST_CASE("a connection that has stalled and holds no frame is not closed for memory") {
  Stage stage(1);
  stage.add_holder(stage.add_frame(), nullptr, std::nullopt);
  Holder& empty = stage.add_holder(nullptr, nullptr, std::chrono::hours(1));
  stage.memory.enforce(kNow);
  CHECK_FALSE(empty.is_evicted());
}

TEST_CASE("a connection that was removed does not count") {
  Stage stage(1);
  Holder& gone = stage.add_holder(stage.add_frame(), nullptr, std::chrono::hours(1));
  stage.memory.remove(gone);
  stage.memory.enforce(kNow);
  CHECK(stage.memory.held_bytes() == 0);
  CHECK_FALSE(gone.is_evicted());
}

}  // namespace
}  // namespace jpegwire::frame_memory_test
