#include "net/rtp/sequence_tracker.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <vector>

namespace jpegwire::sequence_tracker_test {
namespace {

using Kind = SequenceTracker::Kind;
using Accepted = SequenceTracker::Accepted;

Accepted accept(SequenceTracker& tracker, std::int64_t number) {
  return tracker.accept(static_cast<std::uint16_t>(number));
}

TEST_CASE("packets in order are fresh, and none is lost") {
  SequenceTracker tracker;
  CHECK(tracker.expected() == 0);
  CHECK(tracker.lost() == 0);
  for (const int sequence : {100, 101, 102})
    CHECK(accept(tracker, sequence) == Accepted{Kind::fresh, sequence});
  CHECK(tracker.expected() == 3);
  CHECK(tracker.received() == 3);
  CHECK(tracker.lost() == 0);
  CHECK(tracker.highest() == 102);
}

TEST_CASE("extended numbers continue across the wrap-around") {
  SequenceTracker tracker;
  CHECK(tracker.accept(65'534) == Accepted{Kind::fresh, 65'534});
  CHECK(tracker.accept(0) == Accepted{Kind::fresh, 65'536});
  CHECK(tracker.accept(65'535) == Accepted{Kind::late, 65'535});
  CHECK(tracker.accept(65'535) == Accepted{Kind::duplicate, 65'535});
  for (std::int64_t number = 65'537; number < 300'000; ++number)
    REQUIRE(accept(tracker, number) == Accepted{Kind::fresh, number});
  CHECK(tracker.lost() == 0);
  CHECK(tracker.report(1, 0, 0).highest_sequence == 299'999);
}

TEST_CASE("a missing packet is lost until it arrives late") {
  SequenceTracker tracker;
  for (const int sequence : {10, 11, 14, 16}) accept(tracker, sequence);
  CHECK(tracker.lost() == 3);
  CHECK(accept(tracker, 12) == Accepted{Kind::late, 12});
  CHECK(accept(tracker, 12) == Accepted{Kind::duplicate, 12});
  CHECK(accept(tracker, 16) == Accepted{Kind::duplicate, 16});
  CHECK(tracker.lost() == 2);
  CHECK(tracker.received() == 5);
  CHECK(tracker.expected() == 7);
}

TEST_CASE("a packet sent before the first one is new, and not counted") {
  SequenceTracker tracker;
  CHECK(accept(tracker, 1) == Accepted{Kind::fresh, 1});
  CHECK(accept(tracker, 65'535) == Accepted{Kind::late, -1});
  CHECK(accept(tracker, 65'535) == Accepted{Kind::duplicate, -1});
  CHECK(accept(tracker, 3) == Accepted{Kind::fresh, 3});
  CHECK(tracker.expected() == 3);
  CHECK(tracker.received() == 2);
  CHECK(tracker.lost() == 1);
}

TEST_CASE("a gap of less than 3000 is loss, in both directions") {
  SequenceTracker tracker;
  accept(tracker, 20'000);
  CHECK(accept(tracker, 22'999) == Accepted{Kind::fresh, 22'999});
  CHECK(accept(tracker, 20'000) == Accepted{Kind::duplicate, 20'000});
  CHECK(accept(tracker, 20'001) == Accepted{Kind::late, 20'001});
  CHECK(accept(tracker, 19'999).kind == Kind::wild);
  CHECK(accept(tracker, 25'999).kind == Kind::wild);
  CHECK(tracker.expected() == 3000);
  CHECK(tracker.received() == 3);
}

TEST_CASE("one wild packet changes nothing") {
  SequenceTracker tracker;
  accept(tracker, 1000);
  CHECK(accept(tracker, 9000) == Accepted{Kind::wild, 0});
  CHECK(accept(tracker, 1001) == Accepted{Kind::fresh, 1001});
  CHECK(accept(tracker, 9001).kind == Kind::wild);  // its neighbour was too long ago
  CHECK(tracker.lost() == 0);
  CHECK(tracker.received() == 2);
}

TEST_CASE("three wild packets in a row are a restart with numbers above all others") {
  const auto [before, after, number] = GENERATE(table<int, int, std::int64_t>({
      {1000, 9000, 9002},
      {9000, 1000, 65'536 + 1002},
      {1000, 60'000, 60'002},
      {5000, 65'535, 65'537},
      {40'000, 7'232, 65'536 + 7'234},
  }));
  CAPTURE(before, after);
  SequenceTracker tracker;
  accept(tracker, before);
  accept(tracker, before + 2);
  CHECK(accept(tracker, after).kind == Kind::wild);
  CHECK(accept(tracker, after + 1).kind == Kind::wild);
  CHECK(accept(tracker, after + 2) == Accepted{Kind::restarted, number});
  CHECK(accept(tracker, after + 4) == Accepted{Kind::fresh, number + 2});
  CHECK(accept(tracker, after + 2) == Accepted{Kind::duplicate, number});
  // The gap is no loss; the packets lost on either side of it are.
  CHECK(tracker.expected() == 6);
  CHECK(tracker.received() == 4);
}

TEST_CASE("duplicates are recognized in any order") {
  const unsigned seed = GENERATE(1U, 2U, 3U);
  CAPTURE(seed);
  std::mt19937 random(seed);
  SequenceTracker tracker;
  std::set<std::int64_t> seen;
  std::int64_t highest = 65'000;
  accept(tracker, highest);
  seen.insert(highest);
  for (int i = 0; i < 20'000; ++i) {
    const bool is_ahead = random() % 2 == 0;
    const auto away = static_cast<std::int64_t>(random() % (random() % 50 == 0 ? 2999 : 20));
    const std::int64_t number = is_ahead ? highest + 1 + away : highest - away;
    const bool is_new = seen.insert(number).second;
    const Kind kind = is_ahead ? Kind::fresh : is_new ? Kind::late : Kind::duplicate;
    REQUIRE(accept(tracker, number) == Accepted{kind, number});
    highest = std::max(highest, number);
  }
  seen.erase(seen.begin(), seen.find(65'000));
  CHECK(tracker.received() == static_cast<std::int64_t>(seen.size()));
  CHECK(tracker.expected() == highest - 65'000 + 1);
}

TEST_CASE("the fraction lost is of the packets expected since the last report") {
  SequenceTracker tracker;
  CHECK(tracker.report(9, 0, 0) == ReceptionReport{.ssrc = 9});
  for (const int sequence : {0, 1, 3}) accept(tracker, sequence);  // a quarter is lost
  const ReceptionReport first = tracker.report(9, 0x01020304, 5);
  CHECK(first == ReceptionReport{.ssrc = 9,
                                 .fraction_lost = 64,
                                 .cumulative_lost = 1,
                                 .highest_sequence = 3,
                                 .last_sender_report = 0x01020304,
                                 .delay_since_sender_report = 5});
  CHECK(tracker.report(9, 0, 0).fraction_lost == 0);  // nothing was expected
  accept(tracker, 4);
  CHECK(tracker.report(9, 0, 0).fraction_lost == 0);
  accept(tracker, 1500);
  const ReceptionReport severe = tracker.report(9, 0, 0);
  CHECK(severe.fraction_lost == 255);
  CHECK(severe.cumulative_lost == 1 + 1495);
  accept(tracker, 2);  // a lost packet arrives late: more than was expected
  accept(tracker, 1501);
  const ReceptionReport repaired = tracker.report(9, 0, 0);
  CHECK(repaired.fraction_lost == 0);
  CHECK(repaired.cumulative_lost == 1495);
}

TEST_CASE("the cumulative loss is limited to 24 bits") {
  SequenceTracker tracker;
  for (std::int64_t number = 0; number < 0x810000; number += 2999) accept(tracker, number);
  CHECK(tracker.lost() > 0x7FFFFF);
  CHECK(tracker.report(9, 0, 0).cumulative_lost == 0x7FFFFF);
}

// The formula of appendix A.8 in floating point.
double smoothed(const std::vector<double>& differences) {
  double jitter = 0;
  for (const double difference : differences) jitter += (difference - jitter) / 16;
  return jitter;
}

TEST_CASE("jitter is measured in RTP units") {
  const WallTime start{std::chrono::seconds(1'700'000'000)};
  const std::uint32_t first_timestamp = GENERATE(0U, 0xFFFFF000U, 0x7FFFF000U);
  SequenceTracker tracker;
  std::vector<double> differences;
  microseconds last{};
  tracker.measure_jitter(first_timestamp, start);
  CHECK(tracker.jitter() == 0);
  std::mt19937 random(5);
  for (int frame = 1; frame < 400; ++frame) {
    // A frame every 40 ms, which is 3600 units, and each up to 10 ms late.
    const microseconds late(random() % 100 * 100);
    differences.push_back(static_cast<double>(std::abs((late - last).count())) * 0.09);
    last = late;
    tracker.measure_jitter(first_timestamp + 3600 * static_cast<std::uint32_t>(frame),
                           start + frame * milliseconds(40) + late);
  }
  CHECK(tracker.jitter() == Approx(smoothed(differences)).margin(1.5));
  CHECK(tracker.jitter() > 100);
}

TEST_CASE("an even stream has no jitter, whatever its first timestamp") {
  const WallTime start{std::chrono::seconds(1'700'000'000)};
  SequenceTracker tracker;
  for (int frame = 0; frame < 100; ++frame)
    tracker.measure_jitter(0xFFFFFF00U + 3600 * static_cast<std::uint32_t>(frame),
                           start + frame * milliseconds(40));
  CHECK(tracker.jitter() == 0);
}

TEST_CASE("a restart's timestamps are not compared with earlier ones") {
  const WallTime start{std::chrono::seconds(1'700'000'000)};
  SequenceTracker tracker;
  accept(tracker, 1);
  tracker.measure_jitter(1000, start);
  for (const int sequence : {10'000, 10'001, 10'002}) accept(tracker, sequence);
  tracker.measure_jitter(0x90000000, start);
  CHECK(tracker.jitter() == 0);
  // The largest difference that there is does not leave 32 bits.
  for (std::uint32_t i = 0; i < 1000; ++i) tracker.measure_jitter(i % 2 * 0x80000000U, start);
  CHECK(tracker.jitter() > 0x70000000);
  CHECK(tracker.jitter() <= 0x80000000);
}

}  // namespace
}  // namespace jpegwire::sequence_tracker_test
