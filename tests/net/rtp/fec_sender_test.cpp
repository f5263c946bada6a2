#include "net/rtp/fec_sender.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::fec_sender_test {
namespace {

using std::chrono::seconds;

constexpr WallTime kStart = WallTime(seconds(1'700'000'000));

TEST_CASE("nothing is added while no loss is reported", "[fec]") {
  FecPolicy policy;
  CHECK(policy.percent(kStart) == 0);
  policy.report(0, kStart);
  CHECK(policy.percent(kStart) == 0);
}

TEST_CASE("three times the loss plus 5 % are added, from 10 % to 50 %", "[fec]") {
  const auto [fraction, percent] = GENERATE(table<int, int>({{1, 10},
                                                             {4, 10},   // 1.6 %: 9.7
                                                             {5, 11},   // 2.0 %: 10.9
                                                             {13, 21},  // 5.1 %: 20.2
                                                             {26, 36},  // 10.2 %: 35.5
                                                             {32, 43},  // 12.5 %: 42.5
                                                             {38, 50},  // 14.8 %: 49.5
                                                             {39, 50},
                                                             {64, 50},
                                                             {255, 50}}));
  CAPTURE(fraction);
  FecPolicy policy;
  policy.report(static_cast<std::uint8_t>(fraction), kStart);
  CHECK(policy.percent(kStart) == percent);
}

TEST_CASE("the worst report of the last 10 s counts", "[fec]") {
  FecPolicy policy;
  policy.report(26, kStart);
  policy.report(5, kStart + seconds(4));
  policy.report(0, kStart + seconds(8));
  CHECK(policy.percent(kStart + seconds(8)) == 36);
  CHECK(policy.percent(kStart + seconds(10)) == 36);
  CHECK(policy.percent(kStart + seconds(10) + microseconds(1)) == 11);
  CHECK(policy.percent(kStart + seconds(14)) == 11);
  CHECK(policy.percent(kStart + seconds(14) + microseconds(1)) == 0);
  policy.report(1, kStart + seconds(20));
  CHECK(policy.percent(kStart + seconds(20)) == 10);
}

TEST_CASE("a report is not replaced by later ones with less loss", "[fec]") {
  FecPolicy policy;
  policy.report(26, kStart);
  for (int i = 0; i < 100'000; ++i)
    policy.report(static_cast<std::uint8_t>(i % 20), kStart + microseconds(i));
  CHECK(policy.percent(kStart + seconds(5)) == 36);
}

}  // namespace
}  // namespace jpegwire::fec_sender_test
