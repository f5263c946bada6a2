#include "net/stream/clock_offset.hpp"

#include <algorithm>

namespace jpegwire {
namespace {

constexpr microseconds kDrift{2000};  // of two clocks within the seconds that samples are kept

// Datagrams that were sent again, and clocks that are adjusted, are no sign of a set clock.
constexpr milliseconds kReordering{500};
constexpr milliseconds kAdjustment{20};

}  // namespace

template <std::size_t kSize>
const ClockOffset::Sample& ClockOffset::Samples<kSize>::best() const {
  const auto end = ring.begin() + static_cast<std::ptrdiff_t>(std::min(count, kSize));
  return *std::min_element(ring.begin(), end, [](const Sample& a, const Sample& b) {
    return a.round_trip < b.round_trip;
  });
}

void ClockOffset::observe(const FrameStamp& stamp, WallTime arrival) {
  judge(stamp, arrival);
  if (const std::optional<Sample> sample = sample_of(stamp, arrival)) add(*sample, stamp);
  is_capture_on_clock_ =
      stamp.capture_time >= clock_begin_ && stamp.capture_time <= stamp.send_time;
}

// All packets of a frame have its stamp, which counts once.
void ClockOffset::judge(const FrameStamp& stamp, WallTime arrival) {
  if (believed_.empty() || stamp.send_time == last_judged_) return;
  last_judged_ = stamp.send_time;
  if (is_possible(stamp, arrival)) {
    doubts_ = 0;
    last_sent_ = std::max(last_sent_, stamp.send_time);
  } else if (doubts_++ == 0) {
    first_doubted_ = stamp.send_time;
  }
}

bool ClockOffset::is_possible(const FrameStamp& stamp, WallTime arrival) const {
  const Sample& best = believed_.best();
  return stamp.send_time >= last_sent_ - kReordering &&
         stamp.send_time - best.ahead <= arrival + best.round_trip / 2 + kAdjustment;
}

std::optional<ClockOffset::Sample> ClockOffset::sample_of(const FrameStamp& stamp,
                                                          WallTime arrival) {
  if (stamp.echo == WallTime{} || stamp.echo == last_echo_ || stamp.echo < first_report_)
    return std::nullopt;
  const microseconds round_trip = arrival - stamp.echo - stamp.echo_hold;
  if (round_trip < microseconds::zero()) return std::nullopt;
  last_echo_ = stamp.echo;
  return Sample{round_trip, stamp.send_time + round_trip / 2 - arrival, arrival};
}

void ClockOffset::add(const Sample& sample, const FrameStamp& stamp) {
  if (believed_.empty()) last_sent_ = stamp.send_time;
  if (believed_.empty() || !contradict(sample, believed_.best())) {
    others_ = {};
    return believe(sample);
  }
  if (!others_.empty() && contradict(sample, others_.best())) others_ = {};
  others_.add(sample);
  const std::size_t doubted = std::min(doubts_, kContradictions - 1);
  if (others_.count + doubted >= kContradictions) begin_again(stamp);
}

// A stream of many frames has many echoes, which are to displace no better one of the last seconds.
void ClockOffset::believe(const Sample& sample) {
  if (believed_.empty() || sample.arrival - interval_begin_ >= kInterval) {
    interval_begin_ = sample.arrival;
    believed_.add(sample);
  } else if (sample.round_trip < believed_.newest().round_trip) {
    believed_.newest() = sample;
  }
}

void ClockOffset::begin_again(const FrameStamp& stamp) {
  believed_ = {};
  for (std::size_t i = 0; i < others_.count; ++i) believe(others_.ring[i]);
  others_ = {};
  clock_begin_ = doubts_ > 0 ? first_doubted_ : stamp.send_time;
  doubts_ = 0;
  last_sent_ = stamp.send_time;
}

// The offset is within half a round trip of each sample, and clocks drift little within seconds.
bool ClockOffset::contradict(const Sample& a, const Sample& b) {
  const microseconds tolerance = (a.round_trip + b.round_trip) / 2 + kDrift;
  return std::chrono::abs(a.ahead - b.ahead) > tolerance;
}

std::optional<microseconds> ClockOffset::sender_ahead() const {
  if (believed_.empty() || doubts_ > 0 || !is_capture_on_clock_) return std::nullopt;
  return believed_.best().ahead;
}

}  // namespace jpegwire
