#include "net/stream/link_rate.hpp"

#include <algorithm>
#include <utility>

namespace jpegwire {
namespace {

constexpr double kFall = 0.6;  // how fast the estimate follows
constexpr double kRise = 0.25;
constexpr std::size_t kTellingBytes = 6'000;  // smaller frames say little about a rate
constexpr microseconds kShortest{500};        // shorter times cannot be measured
constexpr std::chrono::seconds kReportsHaveEnded{10};
constexpr std::chrono::seconds kStopped{2};  // after that it was the viewer, and not the link

// A kernel may acknowledge data so late if nobody reads it (TCP_DELACK_MAX of Linux).
constexpr milliseconds kLatestAcknowledgement{200};

double rate_of(std::size_t bytes, microseconds time) {
  return static_cast<double>(bytes) / to_seconds(std::max(time, kShortest));
}

microseconds since_epoch(SteadyTime time) {
  return std::chrono::duration_cast<microseconds>(time.time_since_epoch());
}

microseconds between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration_cast<microseconds>(to - from);
}

}  // namespace

void LinkRate::SentFrames::add(const Sent& sent) {
  if (size == ring.size()) {
    first = (first + 1) % ring.size();
    --size;
  }
  ring[(first + size++) % ring.size()] = sent;
}

// Drops the frame and those before it, which were reported or never will be.
bool LinkRate::SentFrames::take_until(std::uint32_t sequence, Sent& found) {
  for (std::size_t i = 0; i < size; ++i) {
    found = ring[(first + i) % ring.size()];
    if (found.sequence != sequence) continue;
    first = (first + i + 1) % ring.size();
    size -= i + 1;
    return true;
  }
  return false;
}

microseconds LinkRate::RecentLeast::add(microseconds value, SteadyTime now) {
  constexpr std::chrono::seconds kSpan{10};
  if (now - since_ > kSpan) {
    previous_ = now - since_ > 2 * kSpan ? microseconds::max() : current_;
    current_ = microseconds::max();
    since_ = now;
  }
  current_ = std::min(current_, value);
  return std::min(current_, previous_);
}

void LinkRate::begin_frame(std::uint32_t sequence, std::size_t size_bytes, SteadyTime now) {
  if (now - last_report_ > kReportsHaveEnded) has_reports_ = false;
  current_ = {.sequence = sequence, .size_bytes = size_bytes, .begin = now, .end = std::nullopt};
  rate_at_begin_ = rate_;
  is_measured_ = false;
  busy_bytes_ = 0;
  seen_bytes_.reset();
  sent_.add(current_);
  set_queued(static_cast<std::size_t>(queued_bytes(now)) + size_bytes, now);
}

void LinkRate::end_frame(std::size_t size_bytes, SteadyTime now) {
  const std::size_t unknown =
      size_bytes > current_.size_bytes ? size_bytes - current_.size_bytes : std::size_t{0};
  set_queued(static_cast<std::size_t>(queued_bytes(now)) + unknown, now);
  current_.size_bytes = size_bytes;
  current_.end = now;
  Sent* newest = sent_.newest();
  if (newest != nullptr && newest->sequence == current_.sequence) *newest = current_;
}

void LinkRate::set_queued(std::size_t bytes, SteadyTime now) {
  queued_bytes_ = bytes;
  queued_at_ = now;
}

microseconds LinkRate::time_to_send() const {
  return std::chrono::duration_cast<microseconds>(
      std::chrono::duration<double>(static_cast<double>(current_.size_bytes) / rate_));
}

double LinkRate::queued_bytes(SteadyTime now) const {
  const double gone = rate_ * to_seconds(now - queued_at_);
  return std::max(static_cast<double>(queued_bytes_) - gone, 0.0);
}

void LinkRate::set_unacknowledged(std::size_t bytes, microseconds round_trip, SteadyTime now) {
  const double queued = static_cast<double>(bytes) - bytes_on_the_way(rate_, round_trip);
  set_queued(static_cast<std::size_t>(std::max(queued, 0.0)), now);
}

void LinkRate::note_outstanding(std::size_t bytes, microseconds round_trip, SteadyTime now) {
  set_unacknowledged(bytes, round_trip, now);
  if (is_measured_) return;
  if (std::exchange(seen_bytes_, bytes) != bytes) acknowledged_at_ = now;
  const microseconds taken = between(current_.begin, acknowledged_at_) - round_trip;
  const std::size_t arrived =
      current_.size_bytes > bytes ? current_.size_bytes - bytes : std::size_t{0};
  if (bytes > 0) {
    busy_bytes_ = arrived;
    busy_time_ = taken;
  }
  const bool is_through = bytes <= current_.size_bytes / 8;
  const microseconds silence = between(acknowledged_at_, now);
  const bool is_silence_known = has_reports_ || silence > kLatestAcknowledgement;
  if (!is_through) return note_late(arrived, is_silence_known ? taken + silence : taken);
  is_measured_ = true;
  if (!has_reports_) learn_from_drain(arrived, taken);
}

void LinkRate::note_slow_viewer(std::size_t bytes, microseconds round_trip, SteadyTime now) {
  set_unacknowledged(bytes, round_trip, now);
  is_measured_ = true;
}

// The rate falls before the frame is through, if it is known to be late, though not to nothing if
// the link is interrupted.
void LinkRate::note_late(std::size_t arrived_bytes, microseconds taken) {
  constexpr double kMostAtOnce = 0.2;
  const double expected = static_cast<double>(current_.size_bytes) / rate_;
  if (to_seconds(taken) <= 1.3 * expected + 0.005) return;
  const double seen = std::max(rate_of(arrived_bytes, taken), kMostAtOnce * rate_at_begin_);
  rate_ = std::clamp(seen, kLeast, rate_);
}

// When the queue is seen empty, it has been so for an unknown time, and the rate was higher than
// it looks. While it is not empty, the link is busy.
void LinkRate::learn_from_drain(std::size_t drained_bytes, microseconds taken) {
  if (busy_bytes_ > kTellingBytes && 3 * busy_bytes_ > drained_bytes)
    return learn(rate_of(busy_bytes_, busy_time_), busy_bytes_);
  const double least = rate_of(drained_bytes, taken);
  if (least > rate_) learn(least, drained_bytes);
}

void LinkRate::take_report(const FrameReception& frame, SteadyTime now) {
  has_reports_ = true;
  last_report_ = now;
  Sent sent;
  if (!sent_.take_until(frame.sequence, sent)) return;
  const microseconds begin = since_epoch(sent.begin);
  const microseconds first = frame.first_byte.time_since_epoch();
  const microseconds last = frame.last_byte.time_since_epoch();
  const microseconds least_delay = least_delay_.add(first - begin, now);
  delay_growth_ = first - begin - least_delay;
  const microseconds before = std::exchange(last_arrival_, last);
  if (last <= before) return;  // bytes of TCP arrive in order, so this is not true
  const microseconds taken = last - std::max(begin + least_delay, before);
  if (taken > kStopped) return;
  if (transport_ == Transport::stream)
    return learn(rate_of(sent.size_bytes, taken), sent.size_bytes);
  if (!sent.end) return;
  const std::size_t arrived = std::min<std::size_t>(frame.size_bytes, sent.size_bytes);
  take_datagrams(sent, arrived, taken, last - since_epoch(*sent.end) - least_delay);
  note_loss(1 - static_cast<double>(arrived) /
                    static_cast<double>(std::max<std::size_t>(sent.size_bytes, 1)),
            now);
}

// A frame that hardly waited in the link's queue was slowed down by the encoder or the pace, so the
// link is at least as fast.
void LinkRate::take_datagrams(const Sent& sent, std::size_t arrived_bytes, microseconds taken,
                              microseconds queued) {
  constexpr microseconds kShortWait{3000};
  const microseconds spread = between(sent.begin, *sent.end);
  const double measured = rate_of(arrived_bytes, taken);
  if (measured < rate_ && queued < std::max(kShortWait, spread / 4)) return;
  learn(measured, arrived_bytes);
}

void LinkRate::note_loss(double share, SteadyTime now) {
  constexpr double kUsual = 0.02;
  constexpr milliseconds kUsualGrowth{10};
  constexpr milliseconds kOncePer{200};
  constexpr double kFallOfLoss = 0.85;
  if (share <= kUsual || delay_growth_ <= kUsualGrowth || now - last_fall_ < kOncePer) return;
  last_fall_ = now;
  rate_ = std::max(kFallOfLoss * rate_, kLeast);
}

// Up to this rate, a frame of this size keeps the link busy for a good part of the interval. A
// faster link may be through with it before a queue has shown its rate: viewers in a group with
// slower ones get such frames.
double LinkRate::rate_tested_by(std::size_t size_bytes) const {
  constexpr double kShare = 0.4;
  return static_cast<double>(size_bytes) / (kShare * to_seconds(interval_));
}

// A small frame lets the estimate rise only a little, for the same reason.
void LinkRate::learn(double measured, std::size_t size_bytes) {
  constexpr double kRiseOfSmall = 1.1;
  if (measured > rate_) {
    const double rise =
        size_bytes <= kTellingBytes ? kRiseOfSmall * rate_ : rate_ + kRise * (measured - rate_);
    rate_ = std::max(rate_, std::min({measured, rise, rate_tested_by(size_bytes)}));
    deviation_ -= deviation_ / 4;
  } else if (size_bytes > kTellingBytes) {
    deviation_ += (rate_ - measured - deviation_) / 4;
    rate_ = std::max(rate_ + kFall * (measured - rate_), kLeast);
  }
}

double LinkRate::safe_rate() const { return std::max(0.6 * rate_, rate_ - deviation_); }

double bytes_on_the_way(double rate, microseconds round_trip) {
  constexpr milliseconds kNear{2};
  return rate * to_seconds(std::max<microseconds>(round_trip - kNear, microseconds::zero()));
}

double frame_budget_bytes(double safe_rate, double rate, double queued_bytes,
                          microseconds interval) {
  constexpr double kShare = 0.85;
  constexpr double kUnavoidable = 0.004;  // seconds of the link in its queue
  return std::max(
      kShare * safe_rate * to_seconds(interval) - std::max(queued_bytes - kUnavoidable * rate, 0.0),
      0.0);
}

bool is_link_busy(double rate, double queued_bytes, microseconds interval) {
  constexpr double kMost = 0.75;  // of an interval
  return queued_bytes > kMost * rate * to_seconds(interval);
}

}  // namespace jpegwire
