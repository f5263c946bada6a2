#include "bench/runs/spread.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace jpegwire::spread_test {
namespace {

TEST_CASE("a spread has the median, the minimum and the maximum") {
  const Spread spread = spread_of({3, 1, 2}).value();
  CHECK(spread.median == 2);
  CHECK(spread.least == 1);
  CHECK(spread.greatest == 3);
  CHECK(spread_of({1, 2, 3, 10})->median == 2.5);
  CHECK_FALSE(spread_of({}));
}

TEST_CASE("every figure is shown with its spread") {
  CHECK(to_text(spread_of({29.94, 30.0, 29.8}).value(), 1) == "29.9 (29.8-30.0)");
  CHECK(to_text(spread_of({29.94}).value(), 1) == "29.9 (one run)");
}

TEST_CASE("a spread is read as it was written, and other values are rejected") {
  const Spread spread = spread_of({1, 2, 4}).value();
  const auto again = read_spread(to_json(spread));
  REQUIRE(again);
  CHECK(again->median == 2);
  CHECK(again->greatest == 4);
  CHECK(again->repetitions == 3);
  CHECK_FALSE(read_spread(nlohmann::json::array()));
  CHECK_FALSE(read_spread({{"median", 1}}));
  CHECK_FALSE(read_spread({{"median", "1"}, {"least", 1}, {"greatest", 1}, {"repetitions", 2}}));
  for (const double repetitions : {1e300, -1e300, 0.0, -1.0})
    CHECK_FALSE(
        read_spread({{"median", 1}, {"least", 1}, {"greatest", 1}, {"repetitions", repetitions}}));
}

TEST_CASE("figures differ only if the change exceeds the noise of both") {
  const Spread old = spread_of({10, 10.5, 11}).value();
  CHECK(differs_beyond_noise(old, spread_of({14, 14.5, 15}).value()));
  CHECK(differs_beyond_noise(old, spread_of({6, 6.5, 7}).value()));
  // The ranges touch, or one of them is as wide as the change.
  CHECK_FALSE(differs_beyond_noise(old, spread_of({11, 12, 13}).value()));
  CHECK_FALSE(differs_beyond_noise(old, spread_of({11.5, 12, 18}).value()));
  // Less than 1 %, although neither varies.
  CHECK_FALSE(differs_beyond_noise(spread_of({10, 10}).value(), spread_of({10.05, 10.05}).value()));
  // The noise of a single run is unknown.
  CHECK_FALSE(differs_beyond_noise(old, spread_of({20}).value()));
}

}  // namespace
}  // namespace jpegwire::spread_test
