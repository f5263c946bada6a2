#include <algorithm>
#include <catch2/catch.hpp>
#include <span>
#include <vector>

#include "support/statistics_bench.hpp"

namespace jpegwire::live_statistics_test {
namespace {

using std::chrono::seconds;
using Bench = StatisticsBench;

TEST_CASE("live figures describe the last second") {
  Bench bench;
  for (int frame = 0; frame < 90; ++frame) {
    bench.now += microseconds{33'333};
    bench.receive({}, 40'000);
    bench.decode(frame < 45 ? milliseconds{500} : milliseconds{8});
  }
  const LiveFigures figures = bench.statistics.live();
  CHECK(figures.frames_per_second == Approx(30).epsilon(0.01));
  CHECK(figures.megabits_per_second == Approx(30 * 40'000 * 8 / 1e6).epsilon(0.01));
  CHECK(*figures.age_ms == Approx(8));
  CHECK(figures.width == 1280);
  CHECK(figures.height == 720);
}

TEST_CASE("the live rate is steady at any moment between two frames", "[no_tsan]") {
  const int frames_per_second = GENERATE(1, 5, 30, 60, 240, 1000);
  const microseconds interval{1'000'000 / frames_per_second};
  Bench bench;
  for (int frame = 0; frame < 3 * frames_per_second; ++frame) {
    bench.decode();
    for (int tenth = 0; tenth < 10; ++tenth) {
      bench.now += interval / 10;
      if (frame >= 2)
        CHECK(bench.statistics.live().frames_per_second == Approx(frames_per_second).epsilon(0.01));
    }
  }
}

TEST_CASE("the live rate falls to zero when frames stop arriving") {
  Bench bench;
  for (int frame = 0; frame < 60; ++frame) {
    bench.now += microseconds{33'333};
    bench.decode(milliseconds{8});
  }
  double rate = bench.statistics.live().frames_per_second;
  for (int i = 0; i < 4; ++i) {
    bench.now += milliseconds{200};
    CHECK(bench.statistics.live().frames_per_second < rate);
    rate = bench.statistics.live().frames_per_second;
  }
  bench.now += milliseconds{300};
  CHECK(bench.statistics.live().frames_per_second == 0);
  bench.now += seconds{5};
  CHECK(bench.statistics.live().frames_per_second == 0);
  CHECK_FALSE(bench.statistics.live().age_ms);
}

TEST_CASE("the live rates are 0 while nothing arrives, and right as soon as frames come again") {
  Bench bench;
  const auto stream = [&](int frames) {
    for (int frame = 0; frame < frames; ++frame) {
      bench.now += microseconds{33'333};
      bench.receive({}, 40'000);
      bench.decode(milliseconds{8});
    }
  };
  stream(60);
  bench.now += milliseconds{GENERATE(1100, 4000, 60'000)};
  CHECK(bench.statistics.live().frames_per_second == 0);
  CHECK(bench.statistics.live().megabits_per_second == 0);
  stream(3);
  CHECK(bench.statistics.live().frames_per_second == Approx(30).epsilon(0.01));
  CHECK(bench.statistics.live().megabits_per_second == Approx(9.6).epsilon(0.01));
}

TEST_CASE("a stream of rare frames has a rate between them") {
  Bench bench;
  for (int frame = 0; frame < 3; ++frame) {
    bench.now += milliseconds{2500};
    bench.decode();
  }
  bench.now += milliseconds{2400};
  CHECK(bench.statistics.live().frames_per_second == Approx(0.4));
}

TEST_CASE("without stamps the age is unknown") {
  Bench bench;
  bench.decode();
  CHECK_FALSE(bench.statistics.live().age_ms);
  CHECK(bench.summary()["age_ms"].is_null());
}

TEST_CASE("ages of the last five seconds have a median and a 99th percentile") {
  Bench bench;
  CHECK_FALSE(bench.statistics.live().age_p50_ms);
  for (int i = 0; i < 50; ++i) {
    bench.now += milliseconds(20);
    bench.decode(milliseconds(900));
  }
  bench.now += seconds{5};
  for (int i = 1; i <= 100; ++i) {
    bench.now += milliseconds(20);
    bench.decode(milliseconds(i));
  }
  const LiveFigures figures = bench.statistics.live();
  CHECK(figures.age_p50_ms.value() == Approx(51).margin(1));
  CHECK(figures.age_p99_ms.value() == Approx(100).margin(1));
  CHECK(figures.age_ms.value() > 60);  // of the last second alone
  bench.now += seconds{6};
  CHECK_FALSE(bench.statistics.live().age_p50_ms);
}

TEST_CASE("the ages of the last frames are kept in order") {
  Bench bench;
  for (int i = 0; i < 150; ++i) {
    bench.now += milliseconds(20);
    bench.decode(milliseconds(i));
    if (i == 140) bench.decode();  // a frame without an age is not in the history
  }
  const LiveFigures figures = bench.statistics.live();
  const std::span<const float> ages = figures.age_history.ages();
  REQUIRE(ages.size() == AgeHistory::kMaxAges - 1);
  CHECK(ages.front() == 31);
  CHECK(ages.back() == 149);
  CHECK(std::ranges::is_sorted(ages));
}

TEST_CASE("stages and reads are medians of the known values of the last second") {
  Bench bench;
  for (int i = 0; i < 9; ++i) {
    bench.now += milliseconds(30);
    bench.receive(stamp(static_cast<std::uint32_t>(i)), 1000, i == 0 ? 50 : 4);
    bench.statistics.frame_decoded({.width = 64,
                                    .height = 48,
                                    .age = std::nullopt,
                                    .oldest_age = std::nullopt,
                                    .encode = milliseconds(i == 0 ? 900 : 3),
                                    .network = std::nullopt,
                                    .decode = microseconds(1500)});
  }
  const LiveFigures figures = bench.statistics.live();
  CHECK(figures.encode_ms == 3.0);
  CHECK_FALSE(figures.network_ms);
  CHECK(figures.decode_ms == 1.5);
  CHECK(figures.reads_per_frame == 4.0);
  CHECK(describe_stages(figures) == "encode 3.0 ms, decode 1.5 ms");
  CHECK(describe_reads(figures) == "4 per frame");
}

}  // namespace
}  // namespace jpegwire::live_statistics_test
