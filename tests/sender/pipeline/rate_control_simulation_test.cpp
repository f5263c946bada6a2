#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "net/stream/link_rate.hpp"
#include "net/stream/rate_board.hpp"
#include "net/tcp/send_gate.hpp"
#include "sender/pipeline/quality_control.hpp"
#include "support/size_curves.hpp"

namespace jpegwire::rate_control_simulation_test {
namespace {

using namespace test;

using Rate = std::function<double(double seconds)>;  // bytes per second

constexpr SteadyTime kBegin{std::chrono::hours(1)};
constexpr microseconds kStep{500};
constexpr microseconds kInterval{33'333};
constexpr PictureSize kPicture{1920, 1080};
constexpr double kMegabit = 1e6 / 8;

double seconds_since_begin(SteadyTime now) { return to_seconds(now - kBegin); }

/// A frame on its way.
struct SentFrame {
  std::uint32_t sequence = 0;
  SteadyTime capture;
  double bytes = 0;
  double left = 0;
  std::optional<SteadyTime> first_byte{};
};

/// A frame that was shown.
struct ShownFrame {
  double captured = 0;  // seconds since the begin
  double age = 0;       // milliseconds
  int quality = 0;
  std::size_t scale = 0;
};

/// Figures of a part of a run.
struct Figures {
  double frames_per_second = 0;
  double age_p50 = 0;
  double age_p99 = 0;
  double age_max = 0;
};

/// A sender, a link with a queue, and a viewer that reports. Everything but the link is the
/// programs' own; time and sizes are simulated.
class Simulation {
 public:
  /// `delay` is each way.
  Simulation(Rate rate, unsigned seed, microseconds delay = microseconds{1000})
      : link_rate_(std::move(rate)), delay_(delay), scene_(seed) {}

  void run(double seconds) {
    for (; seconds_since_begin(now_) < seconds; now_ += kStep) {
      if (now_ >= next_capture_) capture();
      if (encoded_ && now_ >= encoded_at_) offer();
      transmit();
      if (waiting_ && now_ >= look_at_) begin_newest();
    }
  }

  /// Of the frames captured in this span.
  Figures figures(double from, double to) const {
    std::vector<double> ages;
    for (const ShownFrame& frame : shown_)
      if (frame.captured >= from && frame.captured < to) ages.push_back(frame.age);
    REQUIRE_FALSE(ages.empty());
    std::ranges::sort(ages);
    const auto at = [&](double part) {
      return ages[static_cast<std::size_t>(part * static_cast<double>(ages.size() - 1))];
    };
    return {static_cast<double>(ages.size()) / (to - from), at(0.5), at(0.99), ages.back()};
  }

  const std::vector<ShownFrame>& shown() const { return shown_; }

 private:
  struct Made {
    std::uint32_t sequence;
    SteadyTime capture;
    double bytes;
    EncodeChoice choice;
  };

  static constexpr microseconds kEncodeTime{7000};
  static constexpr double kDecodeMilliseconds = 6;

  void capture() {
    next_capture_ += kInterval;
    const std::uint32_t sequence = next_sequence_++;
    scene_.go_on();
    board_.plan(orders_, kInterval, 365e3, {}, now_);
    if (!orders_.front().has_ready_member) return;
    const FrameBudget budget{.bytes = static_cast<std::size_t>(orders_.front().budget_bytes)};
    const EncodeChoice choice = control_.choose(kPicture, budget, now_);
    const double bytes = scene_.bytes(choice.scale, choice.quality);
    control_.learn(choice, static_cast<std::size_t>(bytes));
    encoded_ = Made{sequence, now_, bytes, choice};
    encoded_at_ = now_ + kEncodeTime;
  }

  void offer() {
    newest_ = std::exchange(encoded_, std::nullopt);
    waiting_ = true;
    begin_newest();
  }

  /// Sent and not acknowledged: acknowledgements come a round trip later.
  double unacknowledged() {
    std::erase_if(arrivals_,
                  [this](const Arrival& arrival) { return arrival.acknowledged <= now_; });
    double bytes = 0;
    for (const SentFrame& frame : queue_) bytes += frame.left;
    for (const Arrival& arrival : arrivals_) bytes += arrival.bytes;
    return bytes;
  }

  void begin_newest() {
    const auto bytes = static_cast<std::size_t>(unacknowledged());
    rate_.note_outstanding(bytes, 2 * delay_, now_);
    TcpLink link{};
    link.least_round_trip = 2 * delay_;
    link.delivered_per_second = 2.5e6;
    gate_.observe(link, bytes, kInterval, now_);
    const auto wait = gate_.wait(static_cast<std::size_t>(newest_->bytes), now_);
    if (wait) look_at_ = now_ + *wait;
    if (!wait) begin();
    publish();
  }

  void begin() {
    gate_.begin_frame(static_cast<std::size_t>(newest_->bytes), now_);
    rate_.begin_frame(newest_->sequence, static_cast<std::size_t>(newest_->bytes), now_);
    queue_.push_back({newest_->sequence, newest_->capture, newest_->bytes, newest_->bytes});
    choices_.push_back(newest_->choice);
    waiting_ = false;
  }

  void publish() {
    place_->set(LinkState{.rate = rate_.rate(),
                          .safe_rate = rate_.safe_rate(),
                          .queued_bytes = rate_.queued_bytes(now_),
                          .as_of = now_,
                          .viewer_ready = gate_.viewer_ready(now_)});
  }

  void transmit() {
    double room = link_rate_(seconds_since_begin(now_)) * to_seconds(kStep);
    while (room > 0 && !queue_.empty()) {
      SentFrame& frame = queue_.front();
      if (!frame.first_byte) frame.first_byte = now_ + delay_;
      const double part = std::min(room, frame.left);
      frame.left -= part;
      arrivals_.push_back({now_ + 2 * delay_, part});
      room -= part;
      if (frame.left > 0) break;
      arrived(frame);
      queue_.pop_front();
      choices_.pop_front();
    }
    while (!reports_.empty() && reports_.front().at <= now_) {
      rate_.take_report(reports_.front().reception, now_);
      reports_.pop_front();
      publish();
      if (waiting_) begin_newest();
    }
  }

  void arrived(const SentFrame& frame) {
    const SteadyTime last = now_ + delay_;
    const double age = to_seconds(last - frame.capture) * 1000 + kDecodeMilliseconds;
    shown_.push_back({seconds_since_begin(frame.capture), age, choices_.front().quality,
                      choices_.front().scale});
    const auto there = [](SteadyTime time) {
      return WallTime(std::chrono::duration_cast<microseconds>(time.time_since_epoch()));
    };
    reports_.push_back({now_ + 2 * delay_,
                        {.sequence = frame.sequence,
                         .size_bytes = static_cast<std::uint32_t>(frame.bytes),
                         .first_byte = there(*frame.first_byte),
                         .last_byte = there(last),
                         .decode_time = {},
                         .wanted = {}}});
  }

  struct Arrival {
    SteadyTime acknowledged;
    double bytes;
  };

  struct Report {
    SteadyTime at;
    FrameReception reception;
  };

  const Rate link_rate_;
  const microseconds delay_;
  SyntheticScene scene_;
  SteadyTime now_ = kBegin;
  SteadyTime next_capture_ = kBegin;
  std::uint32_t next_sequence_ = 0;

  RateBoard board_{3, Adaptation::size};
  std::unique_ptr<RateBoard::Place> place_ = board_.add({}, {.rate = 2.5e6, .safe_rate = 2.5e6});
  std::vector<GroupOrder> orders_;
  QualityControl control_;
  LinkRate rate_{2.5e6};
  SendGate gate_{rate_};

  std::optional<Made> encoded_;  // until its encode time is over
  SteadyTime encoded_at_{};
  std::optional<Made> newest_;
  bool waiting_ = false;  // for the gate to open
  SteadyTime look_at_{};
  std::deque<SentFrame> queue_;
  std::deque<EncodeChoice> choices_;  // of the frames in it
  std::deque<Arrival> arrivals_;
  std::deque<Report> reports_;
  std::vector<ShownFrame> shown_;
};

Rate constant(double megabits) {
  return [megabits](double) { return megabits * kMegabit; };
}

Rate steps(double first, double second) {
  return [=](double seconds) { return (seconds >= 8 && seconds < 16 ? second : first) * kMegabit; };
}

/// The rate changes at random by up to a quarter, every 10 ms.
Rate uneven(Rate rate, unsigned seed) {
  std::vector<double> factors(4000);
  std::mt19937 random(seed);
  for (double& factor : factors) factor = std::uniform_real_distribution(0.75, 1.25)(random);
  return [rate = std::move(rate), factors = std::move(factors)](double seconds) {
    return rate(seconds) * factors[static_cast<std::size_t>(seconds * 100) % factors.size()];
  };
}

int quality_at(const Simulation& simulation, double seconds) {
  const auto frame = std::ranges::find_if(
      simulation.shown(), [=](const ShownFrame& shown) { return shown.captured >= seconds; });
  REQUIRE(frame != simulation.shown().end());
  return frame->scale == 0 ? frame->quality : -static_cast<int>(frame->scale);
}

TEST_CASE("a steady link carries the full frame rate, at an age of about an interval") {
  const unsigned seed = GENERATE(1U, 2U, 3U);
  const double megabits = GENERATE(12.0, 20.0, 50.0);
  CAPTURE(seed, megabits);
  Simulation simulation(constant(megabits), seed);
  simulation.run(20);
  const Figures figures = simulation.figures(1, 19.9);
  CHECK(figures.frames_per_second >= 29.5);
  CHECK(figures.age_p50 <= 45);
  CHECK(figures.age_p99 <= 70);
}

TEST_CASE("a distant viewer gets the full frame rate, too") {
  const unsigned seed = GENERATE(1U, 2U);
  const milliseconds delay{GENERATE(10, 25, 60)};
  CAPTURE(seed, delay.count());
  Simulation simulation(constant(20), seed, delay);
  simulation.run(20);
  const Figures figures = simulation.figures(3, 19.5);
  CHECK(figures.frames_per_second >= 29);
  CHECK(figures.age_p50 <= 45 + static_cast<double>(delay.count()));
  CHECK(figures.age_p99 <= 70 + static_cast<double>(delay.count()));
}

TEST_CASE("the frames follow a link whose rate falls to a quarter and comes back") {
  const unsigned seed = GENERATE(1U, 2U, 3U, 4U);
  const bool is_uneven = GENERATE(false, true);
  CAPTURE(seed, is_uneven);
  Rate rate = steps(20, 5);
  if (is_uneven) rate = uneven(std::move(rate), seed);
  Simulation simulation(std::move(rate), seed);
  simulation.run(24);
  const Figures figures = simulation.figures(1, 23.9);
  CHECK(figures.frames_per_second >= 28.8);
  CHECK(figures.age_p99 < 120);
  CHECK(figures.age_max < (is_uneven ? 230 : 200));
  // Two seconds after the step up the picture is what it was.
  const int before = quality_at(simulation, 7.5);
  const int after = quality_at(simulation, 18);
  CAPTURE(before, after);
  CHECK(after >= before - 12);
}

TEST_CASE("the frames follow a link whose rate changes steadily") {
  const unsigned seed = GENERATE(1U, 2U);
  Simulation simulation(
      [](double seconds) { return (12.5 + 10 * std::sin(seconds * 0.8)) * kMegabit; }, seed);
  simulation.run(24);
  const Figures figures = simulation.figures(1, 23.9);
  CHECK(figures.frames_per_second >= 28.5);
  CHECK(figures.age_p99 < 120);
  CHECK(figures.age_max < 200);
}

TEST_CASE("a download that takes half of the link costs detail and not age") {
  const unsigned seed = GENERATE(1U, 2U);
  // It comes and goes every two seconds.
  Simulation simulation(
      [](double seconds) { return (std::fmod(seconds, 4) < 2 ? 20 : 10) * kMegabit; }, seed);
  simulation.run(24);
  const Figures figures = simulation.figures(1, 23.9);
  CHECK(figures.frames_per_second >= 29);
  CHECK(figures.age_p99 < 100);
  CHECK(figures.age_max < 150);
}

TEST_CASE("a link that is too slow for the smallest frames carries fewer, and none is old") {
  Simulation simulation(constant(0.6), 1);
  simulation.run(20);
  const Figures figures = simulation.figures(5, 19.5);
  CHECK(figures.frames_per_second > 2);
  CHECK(figures.age_p99 < 500);
}

}  // namespace
}  // namespace jpegwire::rate_control_simulation_test
