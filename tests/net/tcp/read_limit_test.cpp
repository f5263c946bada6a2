#include "net/tcp/read_limit.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::read_limit_test {
namespace {

TEST_CASE("a peer that sends without end is read from a bounded number of times in a second") {
  ReadLimit limit;
  const SteadyTime begin{std::chrono::hours(1)};
  SteadyTime now = begin;
  int reads = 0;
  for (; now < begin + std::chrono::seconds(1); ++reads) {
    now += microseconds{1};
    if (const auto next = limit.wait(now)) {
      CHECK(*next > now);
      now = *next;
    }
  }
  CHECK(reads <= 100 * ReadLimit::kMaxReads);
}

TEST_CASE("a viewer that reports 500 frames a second never waits") {
  ReadLimit limit;
  SteadyTime now{std::chrono::hours(1)};
  for (int frame = 0; frame < 1000; ++frame, now += milliseconds{2}) CHECK_FALSE(limit.wait(now));
}

}  // namespace
}  // namespace jpegwire::read_limit_test
