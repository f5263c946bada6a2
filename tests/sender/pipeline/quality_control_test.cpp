#include "sender/pipeline/quality_control.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "support/size_curves.hpp"

namespace jpegwire::quality_control_test {
namespace {

using namespace test;

constexpr PictureSize k1080p{1920, 1080};
constexpr microseconds kInterval{33'333};

/// Chooses for frame after frame of a scene, at 30 frames a second.
class Stream {
 public:
  explicit Stream(double complexity = 1) : complexity_(complexity) {}

  /// The next frame.
  EncodeChoice next(const FrameBudget& budget) {
    now_ += kInterval;
    const EncodeChoice choice = control_.choose(picture_, budget, now_);
    bytes_ = scene_bytes(complexity_, choice.scale, choice.quality);
    control_.learn(choice, static_cast<std::size_t>(bytes_));
    return choice;
  }

  /// The last one of so many frames.
  EncodeChoice after(double seconds, const FrameBudget& budget) {
    const SteadyTime end = now_ + from_seconds(seconds);
    EncodeChoice choice = next(budget);
    while (now_ < end) choice = next(budget);
    return choice;
  }

  /// Of the last frame.
  double bytes() const { return bytes_; }

  void set_picture(PictureSize picture) { picture_ = picture; }

 private:
  QualityControl control_;
  SteadyTime now_{};
  PictureSize picture_ = k1080p;
  double complexity_;
  double bytes_ = 0;
};

TEST_CASE("a large budget gives the whole picture the highest quality from the first frame on") {
  Stream stream;
  const EncodeChoice choice = stream.next({.bytes = 10'000'000, .max_quality = 80});
  CHECK(choice.size == k1080p);
  CHECK(choice.quality == 80);
  CHECK(stream.after(1, {.bytes = SIZE_MAX, .max_quality = 100}).quality == 100);
}

TEST_CASE("a budget is used up and kept") {
  Stream stream;
  const auto bytes = GENERATE(as<std::size_t>{}, 15'000, 25'000, 60'000, 83'000, 120'000, 200'000);
  const EncodeChoice choice = stream.after(3, {.bytes = bytes});
  CAPTURE(bytes, choice.scale, choice.quality);
  CHECK(stream.bytes() < 1.02 * static_cast<double>(bytes));
  CHECK(stream.bytes() > 0.9 * static_cast<double>(bytes));
  if (bytes >= 25'000) CHECK(choice.quality >= 30);
}

// A thirtieth of what the link carries in a second.
TEST_CASE("20 Mbit/s carry the photograph in 720p, 5 Mbit/s in 360p") {
  constexpr FrameBudget kFast{.bytes = 83'000};
  constexpr FrameBudget kSlow{.bytes = 20'800};
  Stream stream;
  const EncodeChoice before = stream.after(2, kFast);
  CHECK(before.size == PictureSize{1280, 720});
  CHECK(before.quality >= 30);
  stream.next(kSlow);
  CHECK(stream.bytes() < 1.4 * static_cast<double>(kSlow.bytes));
  CHECK(stream.after(8, kSlow).size == PictureSize{640, 360});
  const EncodeChoice after = stream.after(1.5, kFast);
  CHECK(after.size == before.size);
  CHECK(after.quality >= before.quality - 1);
}

TEST_CASE("the quality rises by 15 a frame at most and falls at once") {
  constexpr FrameBudget kSmall{.bytes = 120'000, .may_scale = false};
  constexpr FrameBudget kLarge{.bytes = 10'000'000, .may_scale = false, .max_quality = 95};
  Stream stream;
  const int low = stream.after(1, kSmall).quality;
  CHECK(low < 40);
  CHECK(stream.next(kLarge).quality == low + 15);
  CHECK(stream.next(kLarge).quality == low + 30);
  CHECK(stream.after(1, kLarge).quality == 95);
  CHECK(stream.next(kSmall).quality < 50);
}

TEST_CASE("a larger picture has to fit for 0.7 seconds before it is sent") {
  Stream stream;
  const EncodeChoice small = stream.after(2, {.bytes = 40'000});
  REQUIRE(small.scale > 0);
  CHECK(stream.after(0.6, {.bytes = 300'000}).scale == small.scale);
  // One frame with a small budget starts the time anew.
  stream.next({.bytes = 40'000});
  CHECK(stream.after(0.6, {.bytes = 300'000}).scale == small.scale);
  CHECK(stream.after(0.2, {.bytes = 300'000}).size == k1080p);
}

TEST_CASE("what a slow group was sent does not count for the group that is formed after it") {
  Stream stream;
  FrameBudget budget{.formed = 1, .bytes = 20'000};
  REQUIRE(stream.after(2, budget).scale > 0);
  budget = {.formed = 2, .bytes = 10'000'000, .max_quality = 80};
  const EncodeChoice choice = stream.next(budget);
  CHECK(choice.size == k1080p);
  CHECK(choice.quality == 80);
}

TEST_CASE("no more is sent than the viewers show") {
  Stream stream;
  const FrameBudget budget{.bytes = 10'000'000};
  const auto sent = [&](PictureSize shown) {
    FrameBudget limited = budget;
    limited.shown = shown;
    return stream.after(1, limited).size;
  };
  CHECK(sent({1920, 1080}) == k1080p);
  CHECK(sent({1282, 722}) == PictureSize{1280, 720});
  CHECK(sent({1283, 722}) == k1080p);
  CHECK(sent({961, 541}) == PictureSize{960, 540});
  CHECK(sent({1, 1}) == PictureSize{640, 360});
  CHECK(sent({640, 1080}) == k1080p);  // shows only the middle, say
  CHECK(sent({5000, 4000}) == k1080p);
}

TEST_CASE("a picture is not larger than the limit that a viewer asks for, and keeps its shape") {
  Stream stream;
  const auto sent = [&](PictureSize limit) {
    return stream.after(1, {.bytes = 10'000'000, .limit = limit}).size;
  };
  CHECK(sent({640, 0}) == PictureSize{640, 360});
  CHECK(sent({800, 0}) == PictureSize{800, 450});
  CHECK(sent({0, 300}) == PictureSize{532, 300});
  CHECK(sent({200, 0}) == PictureSize{200, 112});
  CHECK(sent({1920, 1080}) == k1080p);
  CHECK(sent({4000, 0}) == k1080p);
}

TEST_CASE("a viewer that enlarges its window soon gets the larger picture at once") {
  Stream stream;
  FrameBudget budget{.bytes = 10'000'000, .shown = PictureSize{320, 180}};
  CHECK(stream.next(budget).size == PictureSize{640, 360});
  budget.shown = {};
  CHECK(stream.after(0.8, budget).size == k1080p);
}

TEST_CASE("scaled pictures have sizes of the multiple that a viewer needs") {
  const auto sent = [](PictureSize shown, int multiple) {
    Stream stream;
    return stream.next({.bytes = 10'000'000, .shown = shown, .size_multiple = multiple}).size;
  };
  CHECK(sent({960, 540}, 2) == PictureSize{960, 540});
  CHECK(sent({960, 540}, 8) == PictureSize{960, 544});
  CHECK(sent({640, 360}, 8) == PictureSize{640, 360});
  CHECK(sent({}, 8) == k1080p);
}

TEST_CASE("a picture that must keep its size gets whatever quality fits") {
  Stream stream;
  const EncodeChoice choice =
      stream.after(1, {.bytes = 80'000, .shown = PictureSize{320, 180}, .may_scale = false});
  CHECK(choice.size == k1080p);
  CHECK(choice.quality < 20);
  CHECK(choice.quality > 10);
}

TEST_CASE("where not even the least fits, it is chosen") {
  Stream stream;
  const FrameBudget budget{.bytes = 2'000, .min_quality = 25};
  const EncodeChoice choice = stream.after(1, budget);
  CHECK(choice.size == PictureSize{640, 360});
  CHECK(choice.quality == 25);
  CHECK(choice.is_lowest);
  const EncodeChoice unscaled = stream.next({.bytes = 0, .may_scale = false, .min_quality = 5});
  CHECK(unscaled.size == k1080p);
  CHECK(unscaled.quality == 5);
  CHECK(unscaled.is_lowest);
  CHECK_FALSE(stream.next({.bytes = 500'000}).is_lowest);
}

TEST_CASE("low and high limits of the quality do not fix the scale") {
  Stream stream;
  CHECK(stream.after(2, {.bytes = 300'000, .max_quality = 20}).size == k1080p);
  CHECK(stream.after(2, {.bytes = 30'000, .max_quality = 20}).size != k1080p);
  CHECK(stream.after(2, {.bytes = 300'000, .max_quality = 20}).size == k1080p);
  CHECK(stream.after(2, {.bytes = 500'000, .min_quality = 70, .max_quality = 90}).size == k1080p);
  CHECK(stream.after(2, {.bytes = 150'000, .min_quality = 70, .max_quality = 90}).scale == 1);
  CHECK(stream.after(2, {.bytes = 500'000, .min_quality = 70, .max_quality = 90}).size == k1080p);
  // The highest quality wins where they contradict each other.
  CHECK(stream.after(1, {.bytes = 500'000, .min_quality = 70, .max_quality = 1}).quality == 1);
}

TEST_CASE("scaled pictures have even numbers of pixels, 16 at least") {
  const auto [picture, smallest] =
      GENERATE(table<PictureSize, PictureSize>({{{1366, 768}, {456, 256}},
                                                {{641, 481}, {214, 160}},
                                                {{60, 50}, {20, 16}},
                                                {{40, 32}, {20, 16}},
                                                {{24, 24}, {16, 16}},
                                                {{20, 20}, {20, 20}},
                                                {{1, 1}, {1, 1}},
                                                {{65500, 16}, {65500, 16}}}));
  Stream stream;
  stream.set_picture(picture);
  CAPTURE(picture.width, picture.height);
  CHECK(stream.next({.bytes = 0}).size == smallest);
  CHECK(stream.next({.bytes = 10'000'000, .shown = PictureSize{1, 1}}).size == smallest);
}

TEST_CASE("a source that changes its size keeps its quality") {
  Stream stream;
  const FrameBudget budget{.bytes = 200'000};
  const int quality = stream.after(1, budget).quality;
  stream.set_picture({1280, 720});
  const EncodeChoice choice = stream.next(budget);
  CHECK(choice.size == PictureSize{1280, 720});
  CHECK(choice.quality >= quality);
}

/// A link whose budget wanders, and sometimes steps, between 8 kB and 500 kB a frame.
class WanderingBudget {
 public:
  explicit WanderingBudget(unsigned seed) : random_(seed) {}

  std::size_t next() {
    std::normal_distribution<double> change(0, 0.03);
    if (random_() % 100 == 0) mean_ = std::uniform_real_distribution(8e3, 500e3)(random_);
    mean_ = std::clamp(mean_ * std::exp(change(random_)), 8e3, 500e3);
    return static_cast<std::size_t>(mean_);
  }

 private:
  std::mt19937 random_;
  double mean_ = 100e3;
};

TEST_CASE("whatever the budget does, the quality never jumps up, and frames keep it") {
  const unsigned seed = GENERATE(range(1U, 13U));
  CAPTURE(seed);
  SyntheticScene scene(seed);
  WanderingBudget link(seed);
  QualityControl control;
  SteadyTime now{};
  std::optional<int> last;
  int kept = 0;
  constexpr int kFrames = 3000;
  for (int frame = 0; frame < kFrames; ++frame, now += kInterval) {
    scene.go_on();
    const FrameBudget budget{.bytes = link.next()};
    const EncodeChoice choice = control.choose(k1080p, budget, now);
    if (choice.quality > last.value_or(100) + 15) FAIL("a jump at frame " << frame);
    const double bytes = scene.bytes(choice.scale, choice.quality);
    if (choice.is_lowest || bytes < 1.05 * static_cast<double>(budget.bytes)) ++kept;
    control.learn(choice, static_cast<std::size_t>(bytes));
    last = choice.quality;
  }
  CHECK(kept > 0.97 * kFrames);
}

TEST_CASE("with a steady budget, the scale settles") {
  const unsigned seed = GENERATE(range(1U, 25U));
  SyntheticScene scene(seed);
  std::mt19937 random(seed);
  const double mean = std::uniform_real_distribution(10e3, 250e3)(random);
  std::normal_distribution<double> jitter(1, 0.05);
  QualityControl control;
  SteadyTime now{};
  std::size_t scale = 0;
  int changes = 0;
  for (int frame = 0; frame < 1200; ++frame, now += kInterval) {
    scene.go_on();
    const auto budget = static_cast<std::size_t>(mean * jitter(random));
    const EncodeChoice choice = control.choose(k1080p, {.bytes = budget}, now);
    control.learn(choice, static_cast<std::size_t>(scene.bytes(choice.scale, choice.quality)));
    if (frame > 60 && choice.scale != scale) ++changes;
    scale = choice.scale;
  }
  CAPTURE(seed, mean, scale);
  CHECK(changes <= 4);  // in 38 seconds, in which the scene changes
}

TEST_CASE("a wish that changes with each frame does not make the size do so") {
  Stream stream;
  int changes = 0;
  PictureSize last{};
  for (int frame = 0; frame < 300; ++frame) {
    FrameBudget budget{.bytes = 10'000'000};
    if (frame % 2 == 0) budget.shown = PictureSize{100, 100};
    const PictureSize size = stream.next(budget).size;
    if (size != last) ++changes;
    last = size;
  }
  CHECK(changes == 1);
}

}  // namespace
}  // namespace jpegwire::quality_control_test
