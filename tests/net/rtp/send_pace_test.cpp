#include "net/rtp/send_pace.hpp"

#include <catch2/catch.hpp>

using namespace jpegwire;

namespace send_pace_test {
namespace {

constexpr milliseconds kInterval{40};
constexpr std::size_t kPacketBytes = 1000;

SteadyTime at(double ms) {
  return SteadyTime(std::chrono::duration_cast<SteadyTime::duration>(
      std::chrono::duration<double, std::milli>(1'000'000 + ms)));
}

SendPace::Frame frame_of(double expected_packets, double most_rate = 0) {
  return {.interval = kInterval,
          .most_rate = most_rate,
          .expected_bytes = expected_packets * static_cast<double>(kPacketBytes)};
}

struct Sent {
  double ms = 0;            // from the first to the last packet
  std::size_t at_once = 0;  // the most packets
};

Sent send_frame(SendPace& pace, const SendPace::Frame& frame, std::size_t packets, double now_ms) {
  const double begin_ms = now_ms;
  Sent sent;
  pace.begin_frame(frame, at(now_ms));
  while (packets > 0) {
    const std::size_t count = pace.allows(packets, at(now_ms));
    if (count == 0) {
      now_ms = std::chrono::duration<double, std::milli>(pace.next() - at(0)).count() + 1e-3;
      continue;
    }
    pace.sent(kPacketBytes * count, at(now_ms));
    packets -= count;
    sent.at_once = std::max(sent.at_once, count);
  }
  sent.ms = now_ms - begin_ms;
  return sent;
}

}  // namespace

TEST_CASE("nothing is paced unless it was asked for or the link has a rate", "[send_pace]") {
  SendPace pace(false);
  CHECK(send_frame(pace, frame_of(200), 200, 0).ms == 0);
  SendPace spread(true);
  CHECK(send_frame(spread, frame_of(0), 200, 0).ms == 0);  // nothing is known yet
}

TEST_CASE("a frame can be spread over a part of its interval", "[send_pace]") {
  SendPace pace(true);
  const Sent sent = send_frame(pace, frame_of(200), 200, 0);
  CHECK(sent.ms > 0.5 * 40);
  CHECK(sent.ms < 0.7 * 40);
  CHECK(sent.at_once <= 8);
}

TEST_CASE("a frame is sent at the rate of its link", "[send_pace]") {
  SendPace pace(false);
  const Sent sent = send_frame(pace, frame_of(50, 2.5e6), 50, 0);
  CHECK(sent.ms == Approx(20).margin(1));
  CHECK(sent.at_once <= 2);
  CHECK(send_frame(pace, frame_of(50, 25e6), 50, 40).ms < 3);
}

TEST_CASE("of two paces the slower one counts", "[send_pace]") {
  SendPace pace(true);
  CHECK(send_frame(pace, frame_of(50, 25e6), 50, 0).ms > 0.5 * 40);
  CHECK(send_frame(pace, frame_of(50, 1.5e6), 50, 40).ms > 0.7 * 40);
}

TEST_CASE("no pace delays a frame by more than its interval", "[send_pace]") {
  SendPace pace(GENERATE(false, true));
  double now_ms = 0;
  for (const double expected : {200.0, 10.0, 0.0, 200.0}) {
    CHECK(send_frame(pace, frame_of(expected, 30e3), 200, now_ms).ms <= 40);
    now_ms += 40;
  }
  // A size that is known is sent evenly, and not for the most part at the end.
  CHECK(send_frame(pace, frame_of(200, 30e3), 200, now_ms).at_once < 20);
}

TEST_CASE("repair packets that were sent at once delay the next packets", "[send_pace]") {
  SendPace pace(false);
  pace.begin_frame(frame_of(50, 2.5e6), at(0));
  pace.sent(5000, at(0));
  CHECK(pace.allows(10, at(1)) == 0);
  CHECK(pace.next() == at(2));
  pace.sent(25'000, at(30));
  pace.begin_frame(frame_of(50, 2.5e6), at(33));
  CHECK(pace.allows(10, at(34)) == 0);
  CHECK(pace.next() <= at(37));  // but not for long
}

}  // namespace send_pace_test
