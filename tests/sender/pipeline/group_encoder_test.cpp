#include "sender/pipeline/group_encoder.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "support/jpegs.hpp"

namespace jpegwire::group_encoder_test {
namespace {

using namespace test;

/// A group's encoder, at 30 frames a second.
class Group {
 public:
  GroupFrame encode(const RawView& picture, const FrameBudget& budget,
                    const OnBands& on_bands = nullptr) {
    now_ += milliseconds(33);
    GroupFrame coded = encoder_.encode(picture, {.sequence = ++sequence_}, budget, now_, on_bands);
    REQUIRE(coded.frame != nullptr);
    CHECK(coded.frame->sequence == sequence_);
    CHECK(coded.frame->quality == coded.choice.quality);
    CHECK(coded.frame->layout.width == coded.choice.size.width);
    CHECK(coded.frame->layout.height == coded.choice.size.height);
    return coded;
  }

  /// The last one of several frames of one picture.
  GroupFrame settle(const RawView& picture, const FrameBudget& budget) {
    GroupFrame coded = encode(picture, budget);
    for (int frame = 0; frame < 40; ++frame) coded = encode(picture, budget);
    return coded;
  }

 private:
  BandPool pool_{2};
  JpegEncoder jpeg_encoder_{pool_, {}};
  GroupEncoder encoder_{pool_, jpeg_encoder_};
  SteadyTime now_{};
  std::uint32_t sequence_ = 0;
};

/// Smooth, with noise of so many levels.
Picture noisy(PixelFormat format, unsigned levels, unsigned seed = 1) {
  Picture picture = make_picture(format, 640, 480);
  std::mt19937 random(seed);
  for (std::byte& sample : picture.pixels)
    sample = static_cast<std::byte>(std::to_integer<unsigned>(sample) + random() % levels);
  return picture;
}

TEST_CASE("frames of a group get as large as its budget, in quality or in size") {
  const auto format = GENERATE(PixelFormat::i420, PixelFormat::yuyv, PixelFormat::bgr);
  const auto budget = GENERATE(as<std::size_t>{}, 8'000, 20'000, 35'000);
  const Picture picture = noisy(format, 24);
  Group group;
  const GroupFrame coded = group.settle(picture, {.bytes = budget, .max_quality = 100});
  CAPTURE(format, budget, coded.choice.scale, coded.choice.quality);
  CHECK_FALSE(coded.is_second_try);
  const auto bytes = static_cast<double>(coded.frame->layout.size_bytes());
  CHECK(bytes < 1.03 * static_cast<double>(budget));
  CHECK(bytes > 0.85 * static_cast<double>(budget));
}

TEST_CASE("a scaled frame shows the same as the whole one") {
  const Picture picture = make_bgr(640, 480);
  Group group;
  const GroupFrame coded =
      group.encode(picture, {.bytes = 1'000'000, .shown = PictureSize{320, 240}});
  CHECK(coded.choice.size == PictureSize{320, 240});
  const ByteVector whole = encode_plainly(picture, {.quality = 95});
  CHECK(psnr(decode_plainly(bytes_of(coded.frame->layout)).pixels,
             decode_plainly(whole, 4).pixels) > 32);
}

TEST_CASE("a frame that becomes much too large is encoded again, once and lower") {
  const Picture calm = noisy(PixelFormat::i420, 2);
  const Picture busy = noisy(PixelFormat::i420, 60);
  constexpr std::size_t kBudget = 30'000;
  Group group;
  const int before = group.settle(calm, {.bytes = kBudget, .may_scale = false}).choice.quality;
  const GroupFrame coded = group.encode(busy, {.bytes = kBudget, .may_scale = false});
  CHECK(coded.is_second_try);
  CHECK(coded.choice.quality < before);
  CHECK(coded.frame->layout.size_bytes() < kBudget * 14 / 10);
  CHECK_FALSE(group.encode(busy, {.bytes = kBudget, .may_scale = false}).is_second_try);
}

TEST_CASE("the second try is kept, even if it is still too large") {
  const Picture busy = noisy(PixelFormat::i420, 250);
  Group group;
  const FrameBudget budget{.bytes = 3'000, .may_scale = false, .min_quality = 40};
  const GroupFrame coded = group.encode(busy, budget);
  CHECK(coded.choice.quality == 40);
  CHECK(coded.frame->layout.size_bytes() > 2 * budget.bytes);
  CHECK_FALSE(group.encode(busy, budget).is_second_try);  // nothing lower could be tried
}

TEST_CASE("a frame whose bands are sent at once is not encoded twice") {
  const Picture calm = noisy(PixelFormat::i420, 2);
  const Picture busy = noisy(PixelFormat::i420, 60);
  Group group;
  group.settle(calm, {.bytes = 30'000});
  int ready = 0;
  const GroupFrame coded =
      group.encode(busy, {.bytes = 30'000},
                   [&](const std::shared_ptr<EncodedFrame>&, int bands) { ready = bands; });
  CHECK_FALSE(coded.is_second_try);
  CHECK(ready == static_cast<int>(coded.frame->layout.bands.size()));
}

}  // namespace
}  // namespace jpegwire::group_encoder_test
