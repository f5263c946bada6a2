#include "net/stream/link_rate.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

namespace jpegwire::link_rate_test {
namespace {

constexpr SteadyTime kBegin{std::chrono::hours(1)};
constexpr double kMegabit = 1e6 / 8;
constexpr microseconds kInterval{33'333};

/// A link with an endless queue, through which frames go one after the other.
struct Link {
  double rate = 20 * kMegabit;
  microseconds delay{2000};
  microseconds viewer_ahead{5'000'000'000};  // the viewer's clock
  WallTime busy_until{microseconds::min()};  // on it

  microseconds time_for(std::size_t bytes) const {
    return std::chrono::duration_cast<microseconds>(
        std::chrono::duration<double>(static_cast<double>(bytes) / rate));
  }

  FrameReception send(std::uint32_t sequence, std::size_t bytes, SteadyTime begin) {
    const WallTime there(std::chrono::duration_cast<microseconds>(begin.time_since_epoch()) +
                         viewer_ahead + delay);
    const WallTime first = std::max(there, busy_until);
    busy_until = first + time_for(bytes);
    return {.sequence = sequence,
            .size_bytes = static_cast<std::uint32_t>(bytes),
            .first_byte = first,
            .last_byte = busy_until,
            .decode_time = {},
            .wanted = {}};
  }
};

void send_with_reports(LinkRate& rate, Link& link, std::uint32_t frames, std::size_t bytes,
                       std::uint32_t first = 0) {
  for (std::uint32_t i = first; i < first + frames; ++i) {
    const SteadyTime begin = kBegin + i * kInterval;
    rate.begin_frame(i, bytes, begin);
    rate.take_report(link.send(i, bytes, begin), begin + link.time_for(bytes) + 2 * link.delay);
  }
}

TEST_CASE("reports reveal the rate of a link, whatever the viewer's clock") {
  const double megabits = GENERATE(2, 20, 200);
  const microseconds ahead{GENERATE(-3'000'000'000LL, 0LL, 5'000'000'000LL)};
  LinkRate rate(1e6);
  Link link{.rate = megabits * kMegabit, .viewer_ahead = ahead};
  send_with_reports(rate, link, 40, static_cast<std::size_t>(link.rate / 40));
  CHECK(rate.rate() == Approx(link.rate).epsilon(0.02));
  CHECK(rate.safe_rate() > 0.9 * link.rate);
  CHECK(rate.has_reports());
  CHECK(rate.unreported() == 0);
}

TEST_CASE("the estimate falls within two frames and rises more slowly") {
  LinkRate rate(20 * kMegabit);
  Link link;
  send_with_reports(rate, link, 20, 60'000);
  link.rate = 5 * kMegabit;
  send_with_reports(rate, link, 2, 60'000, 20);
  CHECK(rate.rate() < 8 * kMegabit);
  link.rate = 20 * kMegabit;
  send_with_reports(rate, link, 2, 60'000, 40);  // all that waited is through
  CHECK(rate.rate() < 14 * kMegabit);
  send_with_reports(rate, link, 20, 60'000, 42);
  CHECK(rate.rate() == Approx(link.rate).epsilon(0.05));
}

TEST_CASE("a frame that is late lowers the estimate before it is through") {
  LinkRate rate(20 * kMegabit);
  rate.begin_frame(0, 70'000, kBegin);
  rate.note_outstanding(45'000, microseconds{1000}, kBegin + milliseconds{20});
  CHECK(rate.rate() == 20 * kMegabit);
  rate.note_outstanding(40'000, microseconds{1000}, kBegin + milliseconds{45});
  CHECK(rate.rate() == Approx(30'000 / 0.044));
}

TEST_CASE("the link of a viewer that reports is known to be slow without an acknowledgement") {
  LinkRate rate(20 * kMegabit);
  Link link;
  send_with_reports(rate, link, 1, 60'000);
  const double before = rate.rate();
  const SteadyTime begin = kBegin + kInterval;
  rate.begin_frame(1, 70'000, begin);
  rate.note_outstanding(45'000, microseconds{1000}, begin + milliseconds{20});
  CHECK(rate.rate() == before);
  rate.note_outstanding(45'000, microseconds{1000}, begin + milliseconds{45});
  CHECK(rate.rate() == Approx(25'000 / 0.044));
}

// The kernel of a viewer that does not read may acknowledge up to 200 ms late.
TEST_CASE("without reports a late acknowledgement does not lower the estimate, but a missing one") {
  LinkRate rate(20 * kMegabit);
  rate.begin_frame(0, 70'000, kBegin);
  for (int i = 1; i <= 20; ++i)
    rate.note_outstanding(45'000, microseconds{1000}, kBegin + milliseconds{10 * i});
  CHECK(rate.rate() == 20 * kMegabit);
  rate.note_outstanding(45'000, microseconds{1000}, kBegin + milliseconds{211});
  CHECK(rate.rate() < 10 * kMegabit);
}

TEST_CASE("an interrupted link does not lower the estimate to nothing at once") {
  LinkRate rate(20 * kMegabit);
  rate.begin_frame(0, 70'000, kBegin);
  for (int i = 0; i < 100; ++i)
    rate.note_outstanding(70'000, microseconds{1000}, kBegin + milliseconds{20 * i});
  CHECK(rate.rate() == Approx(0.2 * 20 * kMegabit));
}

TEST_CASE("a viewer that reads slowly does not lower the estimate of its link") {
  LinkRate rate(20 * kMegabit);
  for (std::uint32_t i = 0; i < 10; ++i) {
    const SteadyTime begin = kBegin + 20 * i * kInterval;
    rate.begin_frame(i, 70'000, begin);
    rate.note_slow_viewer(45'000, milliseconds{1}, begin + milliseconds{100});
    CHECK(rate.queued_bytes(begin + milliseconds{100}) == 45'000);
    rate.note_outstanding(0, milliseconds{1}, begin + milliseconds{500});
  }
  CHECK(rate.rate() == 20 * kMegabit);
}

TEST_CASE("without reports the rate is told from how the send queue drains") {
  LinkRate rate(1e6);
  const double link = 20 * kMegabit;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const SteadyTime begin = kBegin + i * kInterval;
    rate.begin_frame(i, 60'000, begin);
    for (milliseconds after{2}; after <= milliseconds{30}; after += milliseconds{2}) {
      const double left = 60'000 - link * (to_seconds(after) - 0.001);
      rate.note_outstanding(left > 0 ? static_cast<std::size_t>(left) : 0, milliseconds{1},
                            begin + after);
    }
  }
  CHECK_FALSE(rate.has_reports());
  CHECK(rate.rate() == Approx(link).epsilon(0.15));
}

TEST_CASE("small frames say little, but do not keep a low estimate for ever") {
  LinkRate rate(LinkRate::kLeast);
  Link link;
  send_with_reports(rate, link, 60, 5'000);
  CHECK(rate.rate() > 300e3);
}

TEST_CASE("frames that leave the link idle most of the time do not raise the estimate") {
  LinkRate rate(5 * kMegabit);
  Link link{.rate = 200 * kMegabit};  // for a moment, as a bucket of tokens does
  send_with_reports(rate, link, 60, 7'000);
  CHECK(rate.rate() == 5 * kMegabit);
}

TEST_CASE("a frame's budget leaves a part of the link unused, and less if it is uneven or busy") {
  const double even = frame_budget_bytes(2.5e6, 2.5e6, 0, kInterval);
  CHECK(even == Approx(0.85 * 2.5e6 / 30).epsilon(0.001));
  CHECK(frame_budget_bytes(2e6, 2.5e6, 0, kInterval) < even);
  CHECK(frame_budget_bytes(2.5e6, 2.5e6, 10'000, kInterval) == even);  // 4 ms are unavoidable
  CHECK(frame_budget_bytes(2.5e6, 2.5e6, 30'000, kInterval) == Approx(even - 20'000));
  CHECK(frame_budget_bytes(2.5e6, 2.5e6, 1e9, kInterval) == 0);
  CHECK_FALSE(is_link_busy(2.5e6, 30'000, kInterval));
  CHECK(is_link_busy(2.5e6, 70'000, kInterval));
}

TEST_CASE("what is outstanding falls with time, at the estimated rate") {
  LinkRate rate(1e6);
  rate.begin_frame(0, 60'000, kBegin);
  CHECK(rate.queued_bytes(kBegin) == 60'000);
  CHECK(rate.queued_bytes(kBegin + milliseconds{20}) == Approx(40'000));
  CHECK(rate.queued_bytes(kBegin + milliseconds{90}) == 0);
}

TEST_CASE("frames count as unreported until they or later ones are reported") {
  LinkRate rate(1e6);
  Link link;
  for (std::uint32_t i = 0; i < 5; ++i) rate.begin_frame(i, 10'000, kBegin + i * kInterval);
  CHECK(rate.unreported() == 5);
  rate.take_report(link.send(2, 10'000, kBegin + 2 * kInterval), kBegin + 5 * kInterval);
  CHECK(rate.unreported() == 2);
  rate.take_report(link.send(1, 10'000, kBegin), kBegin + 5 * kInterval);
  rate.take_report(link.send(77, 10'000, kBegin), kBegin + 5 * kInterval);
  CHECK(rate.unreported() == 2);
  for (std::uint32_t i = 5; i < 500; ++i) rate.begin_frame(i, 10'000, kBegin + i * kInterval);
  CHECK(rate.unreported() <= 64);
}

TEST_CASE("a viewer that was stopped for seconds does not count as a slow link") {
  LinkRate rate(20 * kMegabit);
  Link link;
  send_with_reports(rate, link, 20, 60'000);
  const double before = rate.rate();
  link.busy_until += std::chrono::seconds(8);  // so late it reads the next one
  rate.begin_frame(20, 60'000, kBegin + 20 * kInterval);
  rate.take_report(link.send(20, 60'000, kBegin + 20 * kInterval),
                   kBegin + std::chrono::seconds(9));
  CHECK(rate.rate() == before);
}

TEST_CASE("a viewer whose reports have ended counts as one that never reported") {
  LinkRate rate(20 * kMegabit);
  Link link;
  send_with_reports(rate, link, 5, 60'000);
  rate.begin_frame(5, 60'000, kBegin + std::chrono::seconds(9));
  CHECK(rate.has_reports());
  rate.begin_frame(6, 60'000, kBegin + std::chrono::seconds(11));
  CHECK_FALSE(rate.has_reports());
}

TEST_CASE("reports that lie keep the estimate a positive number") {
  const auto far = std::int64_t{1} << 52;  // more than the reader of reports lets through
  LinkRate rate(1e6);
  const std::int64_t times[][2] = {{0, 0},     {far, far}, {0, far}, {far, 0},
                                   {far, far}, {7, 3},     {0, 0},   {-far, far}};
  std::uint32_t sequence = 0;
  for (const auto& [first, last] : times) {
    rate.begin_frame(sequence, 60'000, kBegin + sequence * kInterval);
    rate.take_report({.sequence = sequence,
                      .size_bytes = std::numeric_limits<std::uint32_t>::max(),
                      .first_byte = WallTime(microseconds{first}),
                      .last_byte = WallTime(microseconds{last}),
                      .decode_time = {},
                      .wanted = {}},
                     kBegin + sequence * kInterval + milliseconds{30});
    ++sequence;
    CHECK(rate.rate() >= LinkRate::kLeast);
    CHECK(rate.rate() < 1e9);
    CHECK(rate.safe_rate() > 0);
  }
}

/// A frame of datagrams, sent over a time, of which a part arrives over a time.
struct Datagrams {
  std::size_t size = 60'000;
  milliseconds sent_over{20};
  milliseconds arrived_over{24};
  std::size_t arrived = 60'000;
  milliseconds delay{1};  // of the first
};

void send_datagrams(LinkRate& rate, std::uint32_t first, std::uint32_t frames,
                    const Datagrams& frame) {
  for (std::uint32_t i = first; i < first + frames; ++i) {
    const SteadyTime begin = kBegin + i * kInterval;
    const SteadyTime there = begin + frame.delay;
    const WallTime arrival(std::chrono::duration_cast<microseconds>(there.time_since_epoch()));
    rate.begin_frame(i, 0, begin);
    rate.end_frame(frame.size, begin + frame.sent_over);
    rate.take_report({.sequence = i,
                      .size_bytes = static_cast<std::uint32_t>(frame.arrived),
                      .first_byte = arrival,
                      .last_byte = arrival + frame.arrived_over,
                      .decode_time = {},
                      .wanted = {}},
                     there + frame.arrived_over);
  }
}

TEST_CASE("of datagrams those count that arrived") {
  LinkRate rate(5e6, LinkRate::Transport::datagrams);
  send_datagrams(
      rate, 0, 40,
      {.sent_over = milliseconds{0}, .arrived_over = milliseconds{30}, .arrived = 30'000});
  CHECK(rate.rate() == Approx(1e6).epsilon(0.05));
}

TEST_CASE("datagrams that hardly wait show a rate that the link has at least") {
  LinkRate rate(5e6, LinkRate::Transport::datagrams);
  send_datagrams(rate, 0, 20, {.sent_over = milliseconds{20}, .arrived_over = milliseconds{21}});
  CHECK(rate.rate() == 5e6);  // the encoder was slow
  CHECK(rate.safe_rate() == 5e6);
  send_datagrams(rate, 20, 20,
                 {.size = 150'000,
                  .sent_over = milliseconds{14},
                  .arrived_over = milliseconds{15},
                  .arrived = 150'000});
  CHECK(rate.rate() == Approx(10e6).epsilon(0.02));
  send_datagrams(rate, 40, 20, {.sent_over = milliseconds{20}, .arrived_over = milliseconds{30}});
  CHECK(rate.rate() == Approx(2e6).epsilon(0.02));  // they waited in the link's queue
}

TEST_CASE("losses lower the rate only while the delay grows, and not many times at once") {
  LinkRate rate(5e6, LinkRate::Transport::datagrams);
  const milliseconds growth = milliseconds{GENERATE(5, 30)};
  // As many as the link carries, so that their time says nothing.
  Datagrams frame{.sent_over = milliseconds{12}, .arrived_over = milliseconds{12}};
  send_datagrams(rate, 0, 10, frame);
  const double before = rate.rate();
  frame.delay += growth;
  frame.sent_over += growth;
  send_datagrams(rate, 10, 1, frame);
  CHECK(rate.rate() == before);
  const SteadyTime now = kBegin + 11 * kInterval;
  rate.note_loss(0.01, now);
  CHECK(rate.rate() == before);
  for (int i = 0; i < 10; ++i) rate.note_loss(0.05, now + i * milliseconds{19});
  const bool is_full = growth == milliseconds{30};
  CHECK(rate.rate() == Approx(is_full ? 0.85 * before : before));
  rate.note_loss(0.05, now + milliseconds{200});
  CHECK(rate.rate() == Approx(is_full ? 0.85 * 0.85 * before : before));
}

TEST_CASE("a frame that lost datagrams in a full queue lowers the rate without another report") {
  LinkRate rate(5e6, LinkRate::Transport::datagrams);
  Datagrams frame{.sent_over = milliseconds{12}, .arrived_over = milliseconds{12}};
  send_datagrams(rate, 0, 10, frame);
  frame.delay += milliseconds{20};
  frame.sent_over += milliseconds{20};
  frame.arrived = 57'000;
  send_datagrams(rate, 10, 1, frame);
  CHECK(rate.rate() == Approx(0.85 * 5e6));
}

TEST_CASE("what is outstanding counts a frame whose size was unknown when it began") {
  LinkRate rate(1e6, LinkRate::Transport::datagrams);
  rate.begin_frame(0, 0, kBegin);
  CHECK(rate.queued_bytes(kBegin) == 0);
  rate.end_frame(60'000, kBegin + milliseconds{10});
  CHECK(rate.queued_bytes(kBegin + milliseconds{30}) == Approx(40'000));
}

}  // namespace
}  // namespace jpegwire::link_rate_test
