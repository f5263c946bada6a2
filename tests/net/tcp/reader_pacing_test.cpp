#include "net/tcp/reader_pacing.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace jpegwire::reader_pacing_test {
namespace {

constexpr SteadyTime kBegin{std::chrono::hours(1)};
constexpr std::size_t kFrame = 300'000;

using Clock = std::chrono::steady_clock;

/// Receives as Linux does, and reads one frame after the other, each of which takes it a while.
class Reader {
 public:
  using FrameTime = std::function<milliseconds(milliseconds since_begin)>;

  explicit Reader(FrameTime frame_time, std::size_t spare = 2 * kFrame)
      : frame_time_(std::move(frame_time)), spare_(spare) {}

  void receive(SteadyTime now) {
    unread_.push_back(now);
    const bool is_after_pause = now - sent_at_ > milliseconds{200};
    sent_at_ = now;
    const bool is_at_once = is_after_pause || window() >= advertised_;
    acknowledgement_ = is_at_once ? now : now + milliseconds{40};
    if (has_no_room()) acknowledgement_ = SteadyTime::max();  // a part is not even sent
    step(now);
  }

  void step(SteadyTime now) {
    if (now >= busy_until_ && !unread_.empty()) read(now);
    if (acknowledgement_ && now >= *acknowledgement_) acknowledge(now);
    if (now - heard_at_ > std::chrono::seconds(1)) acknowledge(now);  // it is asked
  }

  TcpLink link(SteadyTime now) const {
    const auto since = [now](SteadyTime time) {
      return std::chrono::duration_cast<milliseconds>(now - time) / 4 * 4;
    };
    return {.window_bytes = advertised_,
            .congestion_window_bytes = 0,
            .round_trip = {},
            .least_round_trip = {},
            .limited_by_peer = {},
            .delivered_per_second = 0,
            .since_sent = since(sent_at_),
            .since_heard = since(heard_at_)};
  }

  bool has_acknowledged() const { return !acknowledgement_; }
  void shrink() { limit_ /= 2; }

  /// From the sending of each frame until it was worked on, and when.
  struct Age {
    SteadyTime at;
    double milliseconds;
  };
  std::vector<Age> ages;

 private:
  bool has_no_room() const {
    return unread_.size() * kFrame > limit_ + spare_ || advertised_ < kFrame;
  }

  std::size_t window() const {
    const std::size_t used = unread_.size() * kFrame;
    const std::size_t all = limit_ + spare_;
    return std::min(limit_, all > used ? all - used : 0);
  }

  void read(SteadyTime now) {
    const milliseconds taken = frame_time_(std::chrono::duration_cast<milliseconds>(now - kBegin));
    busy_until_ = now + taken;
    ages.push_back({busy_until_, 1000 * to_seconds(busy_until_ - unread_.front())});
    unread_.pop_front();
    if (acknowledgement_) acknowledge(now);
  }

  void acknowledge(SteadyTime now) {
    advertised_ = window();
    heard_at_ = now;
    acknowledgement_.reset();
  }

  FrameTime frame_time_;
  std::size_t spare_;
  std::size_t limit_ = 4 * kFrame;
  std::size_t advertised_ = limit_;
  std::deque<SteadyTime> unread_;  // when each was sent
  std::optional<SteadyTime> acknowledgement_;
  SteadyTime sent_at_ = kBegin;
  SteadyTime heard_at_ = kBegin;
  SteadyTime busy_until_ = kBegin;
};

struct Figures {
  double frames_per_second;
  double age_p50;
  double age_max;
};

Figures figures(const Reader& reader, double from, double to) {
  std::vector<double> ages;
  for (const Reader::Age& age : reader.ages) {
    const double at = to_seconds(age.at - kBegin);
    if (at >= from && at < to) ages.push_back(age.milliseconds);
  }
  if (ages.empty()) return {};
  std::ranges::sort(ages);
  return {static_cast<double>(ages.size()) / (to - from), ages[ages.size() / 2], ages.back()};
}

/// Offers 60 frames/s for so many seconds.
void run(Reader& reader, double seconds, const std::function<void(SteadyTime)>& at_each = {}) {
  constexpr microseconds kInterval{16'667};
  ReaderPacing pacing;
  SteadyTime next_frame = kBegin;
  for (SteadyTime now = kBegin; to_seconds(now - kBegin) < seconds; now += milliseconds{1}) {
    reader.step(now);
    if (at_each) at_each(now);
    if (reader.has_acknowledged()) pacing.observe(reader.link(now), {}, now);
    if (now < next_frame || !reader.has_acknowledged() || now < pacing.next_begin()) continue;
    pacing.begin_frame(kFrame, now);
    reader.receive(now);
    while (next_frame <= now) next_frame += kInterval;
  }
}

Reader::FrameTime always(milliseconds time) {
  return [time](milliseconds) { return time; };
}

TEST_CASE("a reader that keeps up gets every frame at once") {
  Reader reader(always(milliseconds{10}), GENERATE(0, kFrame, 2 * kFrame));
  run(reader, 10);
  const Figures all = figures(reader, 0, 10);
  CHECK(all.frames_per_second > 58);
  CHECK(all.age_max <= 11);
}

TEST_CASE("few frames wait for a slow reader, and it does not wait for many") {
  const milliseconds frame_time{GENERATE(20, 25, 33, 50, 70, 100, 200, 400, 1000)};
  const std::size_t spare = GENERATE(0, kFrame, 2 * kFrame);
  CAPTURE(frame_time.count(), spare);
  Reader reader(always(frame_time), spare);
  run(reader, 60);
  const Figures later = figures(reader, 10, 60);
  const auto taken = static_cast<double>(frame_time.count());
  CHECK(later.frames_per_second > 0.65 * 1000 / taken);
  CHECK(later.age_p50 < 6 * taken);
  CHECK(later.age_max < 7 * taken);
}

TEST_CASE("a reader that was slow for a while soon gets every frame again") {
  Reader reader([](milliseconds since) {
    return since < std::chrono::seconds(5) ? milliseconds{200} : milliseconds{5};
  });
  run(reader, 15);
  CHECK(figures(reader, 0, 5).frames_per_second < 6);
  CHECK(figures(reader, 10, 15).frames_per_second > 55);
}

TEST_CASE("a reader that stops for eight seconds finds few old frames, and then new ones") {
  bool has_stopped = false;
  Reader reader([&](milliseconds since) {
    const bool stops = since > std::chrono::seconds(2) &&
                       !std::exchange(has_stopped, has_stopped || since > std::chrono::seconds(2));
    return stops ? milliseconds{8000} : milliseconds{10};
  });
  run(reader, 15);
  const auto is_old = [](const Reader::Age& age) { return age.milliseconds > 200; };
  CHECK(std::ranges::count_if(reader.ages, is_old) <= 10);
  CHECK(figures(reader, 12, 15).frames_per_second > 50);
  CHECK(figures(reader, 12, 15).age_max < 50);
}

TEST_CASE("a reader that pauses now and then soon gets every frame again") {
  int pauses = 0;
  Reader reader([&](milliseconds since) {
    const bool does_pause = since > std::chrono::seconds(3 * (pauses + 1));
    if (does_pause) ++pauses;
    return does_pause ? milliseconds{400} : milliseconds{5};
  });
  run(reader, 20);
  CHECK(figures(reader, 3, 18).frames_per_second > 30);
}

TEST_CASE("a receiver that makes its buffer smaller gets frames again after a while") {
  Reader reader(always(milliseconds{5}), 0);
  run(reader, 20, [&](SteadyTime now) {
    if (now == kBegin + std::chrono::seconds(5)) reader.shrink();
  });
  CHECK(figures(reader, 10, 20).frames_per_second > 40);
}

TEST_CASE("acknowledgements that a link delays make no viewer look slow") {
  const milliseconds interval{GENERATE(33, 100, 500, 1000)};
  const milliseconds delay{GENERATE(30, 80)};
  CAPTURE(interval.count(), delay.count());
  ReaderPacing pacing;
  SteadyTime now = kBegin;
  SteadyTime next_frame = kBegin;
  for (int i = 0; i < 200; ++i) {
    pacing.begin_frame(kFrame, now);
    now += delay;
    TcpLink link{};
    link.window_bytes = 1'000'000;
    link.since_sent = delay;
    pacing.observe(link, {}, now);
    while (next_frame < now) next_frame += interval;
    now = std::max(next_frame, pacing.next_begin());
  }
  CHECK(to_seconds(now - kBegin) < 200 * to_seconds(std::max(delay, interval)) * 1.45);
}

TEST_CASE("a window that shrinks before the first frame holds nothing") {
  ReaderPacing pacing;
  for (const std::size_t window : {65'536U, 65'408U}) {
    TcpLink link{};
    link.window_bytes = window;
    pacing.observe(link, {}, kBegin);
  }
  CHECK(pacing.next_begin() <= kBegin);
}

TEST_CASE("a kernel that does not tell the window holds nothing for it") {
  ReaderPacing pacing;
  pacing.begin_frame(kFrame, kBegin);
  pacing.observe({}, {}, kBegin);
  CHECK(pacing.next_begin() <= kBegin);
}

}  // namespace
}  // namespace jpegwire::reader_pacing_test
