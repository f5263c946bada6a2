#include "net/rtp/send_pace.hpp"

#include <catch2/catch.hpp>

using namespace jpegwire;

namespace send_pace_test {
namespace {

SendPace::Time at(double ms) {
  return SendPace::Time(std::chrono::duration_cast<SendPace::Time::duration>(
      std::chrono::duration<double, std::milli>(1'000'000 + ms)));
}

WallTime captured(int ms) { return WallTime(milliseconds(5'000'000 + ms)); }

// Sends a frame of this number of packets of a thousand bytes, and returns the time that it took.
double send_frame(SendPace& pace, std::size_t packets, double now_ms) {
  const double begin_ms = now_ms;
  while (packets > 0) {
    const std::size_t count = pace.allows(packets, at(now_ms));
    if (count == 0) {
      now_ms = std::chrono::duration<double, std::milli>(pace.next() - at(0)).count() + 1e-3;
      continue;
    }
    pace.sent(1000 * count, at(now_ms));
    packets -= count;
  }
  return now_ms - begin_ms;
}

}  // namespace

TEST_CASE("a frame is spread over a part of its interval, by the size of the previous one",
          "[send_pace]") {
  SendPace pace;
  CHECK(send_frame(pace, 200, 0) == 0);  // nothing is known yet
  pace.end_frame(captured(0));
  send_frame(pace, 200, 40);
  pace.end_frame(captured(40));
  const double spread_ms = send_frame(pace, 200, 80);
  CHECK(spread_ms > 0.5 * 40);
  CHECK(spread_ms < 0.7 * 40);
}

TEST_CASE("a paced frame is never sent in one burst", "[send_pace]") {
  SendPace pace;
  send_frame(pace, 200, 0);
  pace.end_frame(captured(0));
  CHECK(pace.allows(200, at(40)) == 8);
  pace.sent(8000, at(40));
  CHECK(pace.allows(192, at(40)) == 0);
  CHECK(pace.next() > at(40));
}

}  // namespace send_pace_test
