#include "bench/runs/distribution.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace jpegwire::distribution_test {
namespace {

using nlohmann::json;

/// Ages that are distributed evenly between two values.
json even_ages(double from, double to) {
  json age_ms = {{"p99", from + 0.99 * (to - from)}};
  for (int i = 0; i <= 20; ++i) age_ms["cdf"].push_back(from + (to - from) * i / 20);
  return age_ms;
}

TEST_CASE("the percentiles of a single viewer are unchanged") {
  Distribution ages;
  ages.add(even_ages(0, 100), 500);
  for (const double percent : {5.0, 50.0, 90.0, 99.0})
    CHECK(ages.percentile(percent).value() == Approx(percent));
  CHECK(ages.percentile(100).value() == Approx(100));
}

TEST_CASE("viewers are weighted by their number of frames") {
  Distribution ages;
  ages.add(even_ages(0, 10), 900);
  ages.add(even_ages(100, 110), 100);
  CHECK(ages.percentile(45).value() == Approx(5));
  CHECK(ages.percentile(95).value() == Approx(105));
}

TEST_CASE("distributions are merged") {
  Distribution one, other;
  one.add(even_ages(0, 10), 10);
  other.add(even_ages(10, 20), 10);
  one.add(other);
  CHECK(one.percentile(50).value() == Approx(10));
}

TEST_CASE("invalid distributions are ignored") {
  Distribution ages;
  ages.add(json(), 10);
  ages.add({{"p50", 3}}, 10);
  ages.add({{"cdf", {1}}}, 10);
  ages.add({{"cdf", {1, "two"}}}, 10);
  ages.add(even_ages(0, 1), 0);
  CHECK(ages.is_empty());
  CHECK_FALSE(ages.percentile(50));
}

TEST_CASE("frames of equal age have that age at all percentiles") {
  Distribution ages;
  ages.add(even_ages(7, 7), 10);
  CHECK(ages.percentile(1).value() == Approx(7));
  CHECK(ages.percentile(99).value() == Approx(7));
}

}  // namespace
}  // namespace jpegwire::distribution_test
