#include "net/tcp/send_gate.hpp"

#include <catch2/catch.hpp>
#include <optional>

namespace jpegwire::send_gate_test {
namespace {

constexpr microseconds kInterval{33'333};

/// A gate, its link and its clock. Frames have 100 kB.
struct Stage {
  explicit Stage(double first_rate = 2.5e6) : rate(first_rate) {}

  std::optional<microseconds> wait() {
    gate.observe(link, unacknowledged, kInterval, now);
    return gate.wait(100'000, now);
  }

  void begin() {
    gate.begin_frame(100'000, now);
    rate.begin_frame(next++, 100'000, now);
  }

  void report(std::uint32_t sequence) { rate.take_report(report_of(sequence), now); }

  static FrameReception report_of(std::uint32_t sequence) {
    return {.sequence = sequence,
            .size_bytes = 100'000,
            .first_byte = WallTime(std::chrono::hours(1)),
            .last_byte = WallTime(std::chrono::hours(1)),
            .decode_time = {},
            .wanted = {}};
  }

  SteadyTime now{std::chrono::hours(1)};
  LinkRate rate;
  SendGate gate{rate};
  TcpLink link{.window_bytes = 3'000'000,
               .congestion_window_bytes = 100'000,
               .round_trip = milliseconds{1},
               .least_round_trip = milliseconds{1},
               .limited_by_peer = {},
               .delivered_per_second = 2.5e6,
               .since_sent = {},
               .since_heard = {}};
  std::size_t unacknowledged = 0;
  std::uint32_t next = 0;
};

double allowed_with_reports(double bytes_per_second, std::size_t frame_bytes) {
  LinkRate rate(bytes_per_second);
  rate.take_report(Stage::report_of(99), SteadyTime(std::chrono::hours(1)));
  return allowed_queue_bytes(rate, kInterval, frame_bytes);
}

TEST_CASE("a frame begins when few bytes are on their way") {
  Stage stage;
  CHECK_FALSE(stage.wait());
  stage.unacknowledged = 12'000;
  CHECK_FALSE(stage.wait());
  stage.unacknowledged = 52'000;
  const auto wait = stage.wait();
  REQUIRE(wait);
  CHECK(*wait > milliseconds{14});  // 40 kB at 2.5 MB/s take 16 ms
  CHECK(*wait < milliseconds{18});
  stage.unacknowledged = 13'000;
  CHECK(stage.wait() == milliseconds{2});
}

TEST_CASE("more may wait in the queue of a fast link, and less on a slow one") {
  constexpr std::size_t kLarge = 20'000'000;
  CHECK(allowed_with_reports(1e9, kLarge) == Approx(5e6));
  CHECK(allowed_with_reports(2.5e6, kLarge) == Approx(12'500));
  CHECK(allowed_with_reports(600e3, kLarge) == Approx(6'000));
  CHECK(allowed_with_reports(30e3, kLarge) == Approx(3'000));
}

TEST_CASE("however fast the link is, half a frame may wait, and little if the viewer is silent") {
  CHECK(allowed_with_reports(1e9, 300'000) == Approx(150e3));
  CHECK(allowed_with_reports(1e9, 1'000) == Approx(12e3));
  CHECK(allowed_queue_bytes(LinkRate(1e9), kInterval, 300'000) == Approx(12e3));
}

TEST_CASE("what is on the way to a distant viewer does not wait in a queue") {
  Stage stage;
  stage.unacknowledged = 200'000;
  CHECK(stage.wait());
  stage.link.least_round_trip = milliseconds{82};  // 80 ms of 2.5 MB/s
  CHECK_FALSE(stage.wait());
  stage.unacknowledged = 220'000;
  CHECK(stage.wait());
  stage.unacknowledged = 200'000;
  stage.link.delivered_per_second = 1.25e6;
  CHECK(stage.wait());
}

TEST_CASE("a viewer that reports holds all frames but those that a round trip needs") {
  Stage stage;
  stage.begin();
  stage.report(0);
  CHECK_FALSE(stage.wait());
  stage.begin();
  CHECK_FALSE(stage.wait());
  stage.begin();
  CHECK(stage.wait());
  stage.link.least_round_trip = milliseconds{100};
  CHECK_FALSE(stage.wait());
  stage.link.least_round_trip = milliseconds{1};
  stage.report(2);
  CHECK_FALSE(stage.wait());
}

TEST_CASE("a viewer that stops reporting is not held for ever") {
  Stage stage;
  stage.begin();
  stage.report(0);
  stage.begin();
  stage.begin();
  stage.now += std::chrono::seconds(9);
  const auto wait = stage.wait();
  REQUIRE(wait);
  stage.now += *wait;
  CHECK_FALSE(stage.wait());
}

TEST_CASE("nothing is made for a viewer that has long not acknowledged what was sent") {
  Stage stage(1e9);
  stage.begin();
  stage.unacknowledged = 50'000;
  stage.link.since_sent = stage.link.since_heard = milliseconds{16};
  CHECK(stage.wait());
  CHECK(stage.gate.viewer_ready(stage.now).value_or(SteadyTime::max()) <= stage.now);
  stage.link.since_sent = stage.link.since_heard = milliseconds{24};
  CHECK(stage.wait());
  CHECK_FALSE(stage.gate.viewer_ready(stage.now));
  stage.unacknowledged = 0;
  CHECK_FALSE(stage.wait());
  CHECK(stage.gate.viewer_ready(stage.now).value_or(SteadyTime::max()) <= stage.now);
}

}  // namespace
}  // namespace jpegwire::send_gate_test
