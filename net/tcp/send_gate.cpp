#include "net/tcp/send_gate.hpp"

#include <algorithm>
#include <cmath>

namespace jpegwire {
namespace {

constexpr milliseconds kShortestWait{2};
constexpr std::chrono::seconds kLongestHoldByCredit{10};

microseconds time_to_send(double bytes, double rate) {
  return std::chrono::duration_cast<microseconds>(std::chrono::duration<double>(bytes / rate));
}

microseconds since(SteadyTime time, SteadyTime now) {
  return std::chrono::duration_cast<microseconds>(now - time);
}

}  // namespace

// Without reports, only acknowledgements show what the viewer has read, so nearly all bytes must be
// acknowledged.
double allowed_queue_bytes(const LinkRate& rate, microseconds interval, std::size_t frame_bytes) {
  constexpr double kFewBytes = 12e3;
  constexpr double kFewerBytes = 3e3;
  constexpr double kShare = 0.15;
  const double few = std::clamp(0.01 * rate.rate(), kFewerBytes, kFewBytes);
  if (!rate.has_reports()) return few;
  // On a link that is far faster than the frames need, that share is several frames.
  const double share = kShare * rate.rate() * to_seconds(interval);
  return std::max(few, std::min(share, static_cast<double>(frame_bytes) / 2));
}

void SendGate::observe(const TcpLink& link, std::size_t unacknowledged_bytes, microseconds interval,
                       SteadyTime now) {
  link_ = link;
  unacknowledged_bytes_ = unacknowledged_bytes;
  interval_ = interval;
  if (unacknowledged_bytes > 0 || rate_.has_reports()) return;
  reader_.observe(link, 13 * rate_.time_to_send() / 10, now);
}

void SendGate::begin_frame(std::size_t frame_bytes, SteadyTime now) {
  reader_.begin_frame(frame_bytes, now);
  last_begin_ = now;
  last_frame_bytes_ = frame_bytes;
}

std::optional<microseconds> SendGate::wait(std::size_t frame_bytes, SteadyTime now) const {
  const double surplus = surplus_bytes(frame_bytes);
  if (surplus > 0)
    return std::clamp<microseconds>(time_to_send(surplus, rate_.rate()), kShortestWait,
                                    longest_wait());
  const microseconds held = since(last_begin_, now);
  if (rate_.has_reports()) {
    if (has_credit() || held > kLongestHoldByCredit) return std::nullopt;
    return kLongestHoldByCredit - held + kShortestWait;
  }
  const SteadyTime next = reader_.next_begin();
  if (now >= next) return std::nullopt;
  return std::clamp<microseconds>(since(now, next), kShortestWait, longest_wait());
}

std::optional<SteadyTime> SendGate::viewer_ready(SteadyTime now) const {
  if (rate_.has_reports() && !has_credit()) return std::nullopt;
  if (rate_.has_reports()) return now;
  if (surplus_bytes(last_frame_bytes_) > 0 && is_silent()) return std::nullopt;
  return reader_.next_begin();
}

// One more than a round trip needs, for the frame that is being received.
bool SendGate::has_credit() const {
  const double in_round_trip = to_seconds(link_.least_round_trip) / to_seconds(interval_);
  return rate_.unreported() < static_cast<std::size_t>(std::ceil(in_round_trip)) + 1;
}

// Acknowledgements come while a link is busy, but not while a viewer does not read.
bool SendGate::is_silent() const {
  constexpr milliseconds kSilence{20};
  return std::min(link_.since_sent, link_.since_heard) >= kSilence + link_.least_round_trip;
}

// The kernel measures what was delivered. Without reports the estimate may still be a guess.
double SendGate::surplus_bytes(std::size_t frame_bytes) const {
  const microseconds round_trip = link_.least_round_trip;
  double rate = rate_.rate();
  if (!rate_.has_reports()) rate = std::min(rate, link_.delivered_per_second);
  return static_cast<double>(unacknowledged_bytes_) - bytes_on_the_way(rate, round_trip) -
         allowed_queue_bytes(rate_, interval_, frame_bytes);
}

microseconds SendGate::longest_wait() const {
  return std::max<microseconds>(interval_, kShortestWait);
}

}  // namespace jpegwire
