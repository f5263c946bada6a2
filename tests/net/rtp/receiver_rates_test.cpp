#include "net/rtp/receiver_rates.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::receiver_rates_test {
namespace {

constexpr SteadyTime kBegin{std::chrono::hours(1)};
constexpr microseconds kInterval{33'333};
constexpr std::size_t kFrameBytes = 60'000;

/// A frame that a link with this rate takes, which was sent at once.
FrameReception received(std::uint32_t sequence, double rate) {
  const SteadyTime begin = kBegin + sequence * kInterval;
  const WallTime first(std::chrono::duration_cast<microseconds>(begin.time_since_epoch()));
  const auto taken = std::chrono::duration_cast<microseconds>(
      std::chrono::duration<double>(static_cast<double>(kFrameBytes) / rate));
  return {.sequence = sequence,
          .size_bytes = kFrameBytes,
          .first_byte = first,
          .last_byte = first + taken,
          .decode_time = {},
          .wanted = {}};
}

void send(ReceiverRates& rates, std::uint32_t sequence) {
  rates.begin_frame(sequence, 0, kBegin + sequence * kInterval);
  rates.end_frame(kFrameBytes, kBegin + sequence * kInterval);
}

SteadyTime after(std::uint32_t sequence) { return kBegin + (sequence + 1) * kInterval; }

TEST_CASE("the slowest receiver counts") {
  ReceiverRates rates;
  CHECK(rates.slowest() == nullptr);
  for (std::uint32_t i = 0; i < 40; ++i) {
    send(rates, i);
    rates.take_report(1, false, received(i, 8e6), after(i));
    rates.take_report(2, false, received(i, 2e6), after(i));
    rates.take_report(3, true, received(i, 8e6), after(i));
  }
  REQUIRE(rates.slowest() != nullptr);
  CHECK(rates.slowest()->ssrc == 2);
  CHECK(rates.slowest()->rate.rate() == Approx(2e6).epsilon(0.02));
  rates.forget(2);
  CHECK(rates.slowest()->ssrc != 2);
  CHECK(rates.slowest()->rate.rate() > 4e6);  // the frames leave such a link idle
}

TEST_CASE("a receiver's first report counts, of a frame that was sent before it was known") {
  ReceiverRates rates;
  send(rates, 0);
  rates.take_report(1, false, received(0, 2e6), after(0));
  REQUIRE(rates.slowest() != nullptr);
  CHECK(rates.slowest()->rate.rate() < 4e6);
}

TEST_CASE("a link of this machine counts as unlimited until it is measured") {
  ReceiverRates rates;
  rates.take_report(1, true, received(0, 8e6), after(0));  // no such frame
  rates.take_report(2, false, received(0, 8e6), after(0));
  CHECK(rates.slowest()->ssrc == 2);
  CHECK(rates.slowest()->rate.rate() == 5e6);
  rates.forget(2);
  CHECK(rates.slowest()->rate.rate() >= 1e9);
}

TEST_CASE("receivers that have been silent for 5 s are forgotten") {
  ReceiverRates rates;
  rates.take_report(1, false, received(0, 2e6), kBegin);
  rates.take_report(2, false, received(0, 2e6), kBegin + std::chrono::seconds(3));
  rates.forget_silent(kBegin + std::chrono::seconds(5));
  CHECK(rates.has(1));
  rates.forget_silent(kBegin + std::chrono::seconds(6));
  CHECK_FALSE(rates.has(1));
  CHECK(rates.has(2));
}

TEST_CASE("any number of receivers costs bounded work") {
  ReceiverRates rates;
  for (std::uint32_t ssrc = 0; ssrc < 10'000; ++ssrc)
    rates.take_report(ssrc, false, received(0, 2e6), kBegin);
  CHECK(rates.has(ReceiverRates::kMaxReceivers - 1));
  CHECK_FALSE(rates.has(ReceiverRates::kMaxReceivers));
}

TEST_CASE("the largest picture that a receiver shows is wanted, or all if one does not say") {
  ReceiverRates rates;
  CHECK(rates.wanted() == PictureSize{});
  FrameReception frame = received(0, 2e6);
  frame.wanted = {640, 360};
  rates.take_report(1, false, frame, kBegin);
  frame.wanted = {320, 480};
  rates.take_report(2, false, frame, kBegin);
  CHECK(rates.wanted() == PictureSize{640, 480});
  rates.take_report(3, false, received(0, 2e6), kBegin);
  CHECK(rates.wanted() == PictureSize{});
}

TEST_CASE("losses of an unknown receiver are ignored") {
  ReceiverRates rates;
  rates.take_loss(7, 1, kBegin);
  CHECK_FALSE(rates.has(7));
}

}  // namespace
}  // namespace jpegwire::receiver_rates_test
