#include "bench/link/rate_schedule.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::rate_schedule_test {
namespace {

constexpr std::chrono::hours kNever{1};

RateSchedule schedule_of(const std::string& link) { return RateSchedule(parse_link(link).rates); }

TEST_CASE("each rate is set once, at its time") {
  RateSchedule schedule = schedule_of("20mbit@0s,5mbit@8s,10mbit@16s");
  CHECK_FALSE(schedule.due(milliseconds(0)));
  CHECK(schedule.next_before(kNever) == milliseconds(8000));
  CHECK_FALSE(schedule.due(microseconds(7'999'999)));
  CHECK(schedule.due(milliseconds(8000)) == 5'000'000);
  CHECK_FALSE(schedule.due(milliseconds(8000)));
  CHECK_FALSE(schedule.due(milliseconds(15'000)));
  CHECK(schedule.next_before(kNever) == milliseconds(16'000));
  CHECK(schedule.next_before(milliseconds(15'200)) == milliseconds(15'200));
  CHECK(schedule.due(milliseconds(16'010)) == 10'000'000);
  CHECK_FALSE(schedule.due(kNever));
  CHECK(schedule.next_before(kNever) == kNever);
}

TEST_CASE("of rates that were missed only the last is set") {
  RateSchedule schedule = schedule_of("20mbit@0s,5mbit@8s,10mbit@16s");
  CHECK(schedule.due(milliseconds(17'000)) == 10'000'000);
  CHECK_FALSE(schedule.due(kNever));
}

TEST_CASE("a link with one rate or none has nothing to set later") {
  CHECK_FALSE(schedule_of("20mbit").due(kNever));
  CHECK_FALSE(schedule_of("loss=1%").due(kNever));
}

}  // namespace
}  // namespace jpegwire::rate_schedule_test
