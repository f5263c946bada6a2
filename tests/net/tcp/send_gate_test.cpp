#include "net/tcp/send_gate.hpp"

#include <catch2/catch.hpp>
#include <optional>

namespace jpegwire::send_gate_test {
namespace {

constexpr microseconds kInterval{33'333};

/// A gate, its link and its clock. Frames have 100 kB.
struct Stage {
  explicit Stage(double first_rate = 2.5e6) : rate(first_rate) {}

  std::optional<microseconds> wait() { return gate.wait(state, rate, now); }

  void begin() {
    gate.begin_frame(100'000, now);
    rate.begin_frame(next++, 100'000, now);
  }

  void report(std::uint32_t sequence) {
    rate.take_report({.sequence = sequence,
                      .size_bytes = 100'000,
                      .first_byte = WallTime(std::chrono::hours(1)),
                      .last_byte = WallTime(std::chrono::hours(1)),
                      .decode_time = {},
                      .wanted = {}},
                     now);
  }

  SteadyTime now{std::chrono::hours(1)};
  SendGate gate;
  LinkRate rate;
  std::uint32_t next = 0;
  SendGate::State state{.unacknowledged_bytes = 0,
                        .link = {.window_bytes = 3'000'000,
                                 .congestion_window_bytes = 100'000,
                                 .round_trip = milliseconds{1},
                                 .least_round_trip = milliseconds{1}},
                        .frame_bytes = 100'000,
                        .interval = kInterval};
};

TEST_CASE("a frame begins when few bytes are on their way") {
  Stage stage;
  CHECK_FALSE(stage.wait());
  stage.state.unacknowledged_bytes = 12'000;
  CHECK_FALSE(stage.wait());
  stage.state.unacknowledged_bytes = 52'000;
  const auto wait = stage.wait();
  REQUIRE(wait);
  CHECK(*wait > milliseconds{14});  // 40 kB at 2.5 MB/s take 16 ms
  CHECK(*wait < milliseconds{18});
  stage.state.unacknowledged_bytes = 13'000;
  CHECK(stage.wait() == milliseconds{2});
}

TEST_CASE("more may be on its way on a fast link, and less on a slow one") {
  constexpr std::size_t kLarge = 20'000'000;
  CHECK(allowed_unacknowledged_bytes(1e9, kInterval, kLarge) == Approx(5e6));
  CHECK(allowed_unacknowledged_bytes(2.5e6, kInterval, kLarge) == Approx(12'500));
  CHECK(allowed_unacknowledged_bytes(600e3, kInterval, kLarge) == Approx(6'000));
  CHECK(allowed_unacknowledged_bytes(30e3, kInterval, kLarge) == Approx(3'000));
}

TEST_CASE("however fast the link is, half a frame may be on its way") {
  CHECK(allowed_unacknowledged_bytes(1e9, kInterval, 300'000) == Approx(150e3));
  CHECK(allowed_unacknowledged_bytes(1e9, kInterval, 1'000) == Approx(12e3));
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
  stage.state.link.least_round_trip = milliseconds{100};
  CHECK_FALSE(stage.wait());
  stage.state.link.least_round_trip = milliseconds{1};
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

TEST_CASE("the window tells what a script has not read") {
  Stage stage;
  CHECK_FALSE(stage.wait());
  stage.begin();
  stage.state.link.window_bytes = 3'000'000 - 110'000;  // one frame may hide in it
  CHECK_FALSE(stage.wait());
  stage.begin();
  stage.state.link.window_bytes = 3'000'000 - 210'000;
  CHECK(stage.wait());
  stage.state.link.window_bytes = 3'000'000;
  CHECK_FALSE(stage.wait());
}

TEST_CASE("a small frame after a large one need not wait until the large one is known to be read") {
  Stage stage;
  CHECK_FALSE(stage.wait());
  stage.begin();
  stage.state.link.window_bytes = 3'000'000 - 100'000;
  stage.state.frame_bytes = 5'000;
  CHECK_FALSE(stage.wait());
}

TEST_CASE("a reader whose window is half full gets no frame before it has read") {
  Stage stage;
  stage.state.link.window_bytes = 150'000;
  CHECK_FALSE(stage.wait());
  stage.begin();
  stage.state.link.window_bytes = 50'000;
  CHECK(stage.wait());
  stage.state.link.window_bytes = 140'000;
  CHECK_FALSE(stage.wait());
}

TEST_CASE("a receiver that has made its buffer smaller is held for two seconds at most") {
  Stage stage;
  CHECK_FALSE(stage.wait());
  stage.begin();
  stage.state.link.window_bytes = 60'000;
  CHECK(stage.wait());
  stage.now += milliseconds{2001};
  CHECK_FALSE(stage.wait());
  stage.begin();
  stage.now += milliseconds{10};
  CHECK_FALSE(stage.wait());  // this window is the largest now
}

TEST_CASE("a reader that was slow for a moment is soon found to read again") {
  Stage stage;
  CHECK_FALSE(stage.wait());
  stage.begin();
  stage.state.link.window_bytes = 3'000'000 - 250'000;
  stage.now += milliseconds{99};
  CHECK(stage.wait());
  stage.now += milliseconds{2};
  CHECK_FALSE(stage.wait());
  stage.begin();
  stage.state.link.window_bytes = 3'000'000 - 90'000;  // told with the acknowledgement
  CHECK_FALSE(stage.wait());
}

TEST_CASE("a reader that has stopped is sent fewer and fewer frames") {
  Stage stage;
  std::size_t unread = 250'000;
  int frames = 0;
  for (milliseconds time{0}; time < milliseconds{8000}; time += milliseconds{5}) {
    stage.state.link.window_bytes = 3'000'000 - unread;
    if (!stage.wait()) {
      stage.begin();
      unread += 100'000;
      ++frames;
    }
    stage.now += milliseconds{5};
  }
  CHECK(frames <= 8);
}

TEST_CASE("a kernel that does not tell the window holds nothing for it") {
  Stage stage;
  stage.begin();
  stage.begin();
  stage.state.link.window_bytes.reset();
  CHECK_FALSE(stage.wait());
}

}  // namespace
}  // namespace jpegwire::send_gate_test
