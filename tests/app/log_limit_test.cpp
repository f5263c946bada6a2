#include "app/log_limit.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::log_limit_test {
namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = LogLimit::Clock;

/// A limit, and bounds of when its time began.
struct Limited {
  explicit Limited(int at_once) : limit(at_once) {}

  Clock::time_point before = Clock::now();
  LogLimit limit;
  Clock::time_point after = Clock::now();
};

int count_admitted(LogLimit& limit, Clock::time_point now, int lines) {
  int allowed = 0;
  for (int i = 0; i < lines; ++i) allowed += limit.allows(now) ? 1 : 0;
  return allowed;
}

TEST_CASE("a limited number of consecutive lines are written") {
  const int at_once = GENERATE(1, 3, 20);
  Limited limited(at_once);
  CHECK(count_admitted(limited.limit, limited.before, 100) == at_once);
}

TEST_CASE("an endless source of lines gets one line per second") {
  const int at_once = GENERATE(1, 5);
  Limited limited(at_once);
  int allowed = 0;
  Clock::time_point now = limited.after;
  for (int i = 0; i <= 10'000; ++i, now += milliseconds(10))
    allowed += limited.limit.allows(now) ? 1 : 0;
  const Clock::time_point last = now - milliseconds(10);
  CHECK(allowed >= at_once + floor<seconds>(last - limited.after).count());
  CHECK(allowed <= at_once + floor<seconds>(last - limited.before).count());
}

TEST_CASE("after a long pause, the same number of consecutive lines are written again") {
  Limited limited(4);
  CHECK(count_admitted(limited.limit, limited.after, 10) == 4);
  CHECK(count_admitted(limited.limit, limited.after + hours(10), 10) == 4);
  CHECK(count_admitted(limited.limit, limited.after + hours(10), 10) == 0);
}

TEST_CASE("half seconds add up") {
  Limited limited(1);
  Clock::time_point now = limited.after + hours(1);
  limited.limit.allows(now);
  int allowed = 0;
  for (int i = 0; i < 20; ++i) allowed += limited.limit.allows(now += milliseconds(500)) ? 1 : 0;
  CHECK(allowed == 10);
}

TEST_CASE("omitted lines are counted until the count is taken") {
  Limited limited(2);
  CHECK(limited.limit.take_left_out() == 0);
  count_admitted(limited.limit, limited.before, 12);
  CHECK(limited.limit.take_left_out() == 10);
  CHECK(limited.limit.take_left_out() == 0);
}

TEST_CASE("a time that seems to go backwards changes nothing") {
  Limited limited(1);
  CHECK(limited.limit.allows(limited.before - hours(1)));
  CHECK_FALSE(limited.limit.allows(limited.before - hours(2)));
  CHECK(limited.limit.allows(limited.after + seconds(2)));
}

}  // namespace
}  // namespace jpegwire::log_limit_test
