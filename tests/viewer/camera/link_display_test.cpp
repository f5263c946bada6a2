#include "viewer/camera/link_display.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::link_display_test {
namespace {

using std::chrono::seconds;

constexpr PictureSize kLarge{1920, 1080};
constexpr PictureSize kSmall{1280, 720};

/// Frames at 30 a second over a link of this rate.
struct Bench {
  double megabits = 20;
  WallTime now{seconds(1'700'000'000)};
  SteadyTime steady{seconds(1000)};
  LinkDisplay link{};

  void send(std::size_t size_bytes, PictureSize size, std::optional<int> quality, int frames = 30) {
    for (int i = 0; i < frames; ++i) {
      now += microseconds(33'333);
      steady += microseconds(33'333);
      const microseconds busy(
          static_cast<std::int64_t>(static_cast<double>(size_bytes) * 8 / megabits));
      link.frame_arrived({.size_bytes = size_bytes,
                          .first_byte = now - busy,
                          .last_byte = now,
                          .size = size,
                          .quality = quality});
    }
  }

  std::optional<LinkLimit> limit(PictureSize shown = {}) const { return link.limit(shown, steady); }
};

TEST_CASE("before the first frames nothing is known of the link") {
  Bench bench;
  CHECK_FALSE(bench.link.megabits_per_second());
  CHECK_FALSE(bench.limit());
  bench.send(3000, kLarge, 80);  // too small
  CHECK_FALSE(bench.link.megabits_per_second());
}

TEST_CASE("the rate of the link is that at which frames arrive") {
  Bench bench{.megabits = GENERATE(2.0, 19.0, 90.0, 1000.0)};
  bench.send(8000, kLarge, 80);
  CHECK(*bench.link.megabits_per_second() == Approx(bench.megabits).epsilon(0.03));
}

TEST_CASE("the rate follows a step of the link within a second") {
  Bench bench;
  bench.send(70'000, kLarge, 80);
  bench.megabits = 5;
  bench.send(17'000, kLarge, 40);
  CHECK(*bench.link.megabits_per_second() == Approx(5).epsilon(0.1));
}

TEST_CASE("whole pictures at the best quality are not limited") {
  Bench bench;
  bench.send(70'000, kLarge, 80);
  CHECK_FALSE(bench.limit());
}

TEST_CASE("a link limits pictures of lower quality, smaller ones, and those that miss some") {
  Bench bench;
  bench.send(75'000, kLarge, 80);
  int quality = 57;
  SECTION("lower quality") { bench.send(70'000, kLarge, quality); }
  SECTION("smaller") {
    quality = 85;
    bench.send(70'000, kSmall, quality);
  }
  SECTION("missing") {
    quality = 80;
    bench.link.frames_missing(bench.steady);
    bench.send(75'000, kLarge, quality);
  }
  const std::optional<LinkLimit> limit = bench.limit();
  REQUIRE(limit);
  CHECK(limit->quality == quality);
  CHECK(limit->megabits_per_second == Approx(20).epsilon(0.01));
}

TEST_CASE("the limit ends when whole pictures arrive again") {
  Bench bench;
  bench.send(75'000, kLarge, 80);
  bench.link.frames_missing(bench.steady);
  bench.send(40'000, kSmall, 57);
  CHECK(bench.limit());
  bench.send(75'000, kLarge, 80, 90);
  CHECK_FALSE(bench.limit());
}

TEST_CASE("a picture that is as large as the window is not limited") {
  Bench bench;
  bench.send(75'000, kLarge, 80);
  bench.send(70'000, kSmall, 80);
  CHECK_FALSE(bench.limit(kSmall));
  CHECK_FALSE(bench.limit({1000, 562}));
  CHECK(bench.limit({1400, 788}));
}

TEST_CASE("a fast link, or an idle one, does not limit") {
  Bench bench{.megabits = GENERATE(100.0, 600.0)};
  bench.send(75'000, kLarge, 80);
  bench.link.frames_missing(bench.steady);
  // The sender is slow, or the camera changes its quality: 18 of 100 Mbit/s.
  bench.send(75'000, kSmall, 57, 10);
  CHECK_FALSE(bench.limit());
}

TEST_CASE("a loopback that is always busy does not limit") {
  Bench bench{.megabits = 600};
  bench.send(2'400'000, kLarge, 80);
  bench.send(2'400'000, kSmall, 57);
  CHECK_FALSE(bench.limit());
}

TEST_CASE("another stream is compared with itself") {
  Bench bench;
  bench.send(75'000, kLarge, 80);
  bench.link.restart();
  bench.send(70'000, kSmall, 57);
  CHECK_FALSE(bench.limit());
}

TEST_CASE("a quality that is unknown is not compared") {
  Bench bench;
  bench.send(75'000, kLarge, std::nullopt);
  CHECK_FALSE(bench.limit());
  bench.send(70'000, kSmall, std::nullopt);
  REQUIRE(bench.limit());
  CHECK_FALSE(bench.limit()->quality);
}

}  // namespace
}  // namespace jpegwire::link_display_test
