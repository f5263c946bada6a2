#include "app/histogram.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace jpegwire::histogram_test {
namespace {

/// The percentile by its definition: the nearest rank among the sorted samples.
double exact_percentile(std::vector<std::uint64_t> samples, double percent) {
  std::sort(samples.begin(), samples.end());
  const double rank = std::ceil(percent / 100 * static_cast<double>(samples.size()));
  return static_cast<double>(samples[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]);
}

TEST_CASE("an empty histogram has no percentiles") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK_FALSE(histogram.percentile(50));
  CHECK_FALSE(histogram.max());
}

TEST_CASE("a single value is every percentile") {
  const auto value =
      GENERATE(as<std::uint64_t>{}, 0, 1, 255, 256, 257, 7'123, 33'333, 1'000'000'007);
  Histogram histogram;
  histogram.record(value);
  for (const double percent : {0.0, 50.0, 99.0, 100.0})
    CHECK(*histogram.percentile(percent) ==
          Approx(static_cast<double>(value)).epsilon(0.004).margin(0));
  CHECK(histogram.max() == value);
}

TEST_CASE("small counts are exact") {
  Histogram histogram;
  for (std::uint64_t reads = 1; reads <= 200; ++reads) histogram.record(reads);
  CHECK(histogram.count() == 200);
  CHECK(histogram.percentile(0) == 1.0);
  CHECK(histogram.percentile(50) == 100.0);
  CHECK(histogram.percentile(99) == 198.0);
  CHECK(histogram.percentile(100) == 200.0);
}

TEST_CASE("percentiles agree with the sorted samples to within 1 %") {
  std::mt19937_64 random(7);
  const double mean_log2 = GENERATE(3.0, 10.0, 20.0, 35.0);
  std::normal_distribution<double> log2_of_value(mean_log2, 1.5);
  Histogram histogram;
  std::vector<std::uint64_t> samples;
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::min(std::exp2(log2_of_value(random)), std::exp2(40) - 1);
    samples.push_back(static_cast<std::uint64_t>(value));
    histogram.record(samples.back());
  }
  for (const double percent : {1.0, 10.0, 50.0, 90.0, 99.0, 99.9})
    CHECK(*histogram.percentile(percent) ==
          Approx(exact_percentile(samples, percent)).epsilon(0.01).margin(0));
  CHECK(histogram.max() == *std::max_element(samples.begin(), samples.end()));
}

TEST_CASE("percentiles stay within what was recorded on both sides of every power of two") {
  for (int bits = 0; bits < 40; ++bits) {
    for (const std::int64_t offset : {-1, 0, 1}) {
      const auto value =
          static_cast<std::uint64_t>(std::max<std::int64_t>((std::int64_t{1} << bits) + offset, 0));
      Histogram histogram;
      histogram.record(value);
      CHECK(*histogram.percentile(50) <= static_cast<double>(value));
      CHECK(*histogram.percentile(50) >= 0.99 * static_cast<double>(value));
    }
  }
}

TEST_CASE("the sum is that of all values") {
  Histogram histogram;
  CHECK(histogram.sum() == 0);
  for (std::uint64_t value = 1; value <= 1000; ++value) histogram.record(1'000'003 * value);
  CHECK(histogram.sum() == 1'000'003ULL * 500'500);
}

TEST_CASE("small values are counted up to a bound exactly") {
  Histogram histogram;
  for (std::uint64_t value = 0; value < 256; ++value) histogram.record(value);
  for (const std::uint64_t bound : {0U, 1U, 100U, 254U, 255U})
    CHECK(histogram.count_up_to(bound) == bound + 1);
  CHECK(histogram.count_up_to(UINT64_MAX) == 256);
}

TEST_CASE("values are counted up to a bound to within 0.8 % of it") {
  Histogram histogram;
  for (std::uint64_t value = 1000; value <= 1'000'000; value += 1000) histogram.record(value);
  CHECK(histogram.count_up_to(0) == 0);
  CHECK(histogram.count_up_to(980) == 0);
  std::uint64_t last = 0;
  for (std::uint64_t bound = 1000; bound <= 1'000'000; bound += 1000) {
    const std::uint64_t counted = histogram.count_up_to(bound);
    CHECK(counted >= bound / 1000);
    CHECK(counted <= (bound + bound / 128) / 1000);
    CHECK(counted >= last);
    last = counted;
  }
  CHECK(histogram.count_up_to(UINT64_MAX) == histogram.count());
}

TEST_CASE("an empty histogram counts and sums up to nothing") {
  CHECK(Histogram().count_up_to(UINT64_MAX) == 0);
  CHECK(Histogram().sum() == 0);
}

TEST_CASE("a value beyond the range counts as the largest") {
  Histogram histogram;
  histogram.record(UINT64_MAX);
  CHECK(histogram.max() == (std::uint64_t{1} << 40) - 1);
  CHECK(*histogram.percentile(50) == Approx(std::exp2(40)).epsilon(0.01));
  CHECK(histogram.count_up_to(UINT64_MAX) == 1);
  CHECK(histogram.count_up_to(std::uint64_t{1} << 39) == 0);
}

}  // namespace
}  // namespace jpegwire::histogram_test
