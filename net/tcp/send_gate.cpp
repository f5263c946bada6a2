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

}  // namespace

// One more than a round trip needs, for the frame that is being received.
bool has_credit(const LinkRate& rate, const TcpLink& link, microseconds interval) {
  const double in_round_trip = to_seconds(link.least_round_trip) / to_seconds(interval);
  return !rate.has_reports() ||
         rate.unreported() < static_cast<std::size_t>(std::ceil(in_round_trip)) + 1;
}

// On a link that is far faster than the frames need, the share of an interval is several frames.
double allowed_unacknowledged_bytes(double rate, microseconds interval, std::size_t frame_bytes) {
  constexpr double kFewBytes = 12e3;
  constexpr double kFewerBytes = 3e3;
  constexpr double kShare = 0.15;
  const double ten_milliseconds = 0.01 * rate;
  const double share =
      std::min(kShare * rate * to_seconds(interval), static_cast<double>(frame_bytes) / 2);
  return std::max(std::clamp(ten_milliseconds, kFewerBytes, kFewBytes), share);
}

std::optional<microseconds> SendGate::wait(const State& state, const LinkRate& rate,
                                           SteadyTime now) {
  const auto unacknowledged = static_cast<double>(state.unacknowledged_bytes);
  const double surplus =
      unacknowledged - allowed_unacknowledged_bytes(rate.rate(), state.interval, state.frame_bytes);
  if (surplus > 0)
    return std::clamp(time_to_send(surplus, rate.rate()), microseconds(kShortestWait),
                      std::max(state.interval, microseconds(kShortestWait)));
  if (!rate.has_reports()) {
    if (is_window_open(state, now)) return std::nullopt;
    const auto held = std::chrono::duration_cast<microseconds>(now - last_begin_);
    return std::clamp(held / 8, microseconds(kShortestWait),
                      std::max(state.interval, microseconds(kShortestWait)));
  }
  const auto held = std::chrono::duration_cast<microseconds>(now - last_begin_);
  if (has_credit(rate, state.link, state.interval) || held > kLongestHoldByCredit)
    return std::nullopt;
  return kLongestHoldByCredit - held + kShortestWait;
}

// The window that a viewer offers is smaller by what it has not read. Its kernel tells that data
// was read when that doubles the window, and otherwise only with the next acknowledgement. So while
// most of the window is free, the last frame may be read although it seems not to be, and a viewer
// that was slow for a moment has to be sent a frame to learn that it reads again: soon at first.
bool SendGate::is_window_open(const State& state, SteadyTime now) {
  if (!state.link.window_bytes) return true;
  const std::size_t window = *state.link.window_bytes;
  const auto few_bytes = static_cast<std::size_t>(0.15 * static_cast<double>(state.frame_bytes));
  // The frame that was sent to learn the window was read, so the buffer has become smaller.
  const bool has_read =
      asked_at_ && state.unacknowledged_bytes == 0 && window + few_bytes >= *asked_at_;
  if (has_read) largest_window_bytes_ = window;
  largest_window_bytes_ = std::max(largest_window_bytes_, window);
  const std::size_t lacking = largest_window_bytes_ - window;
  if (lacking <= few_bytes) {
    hold_ = kShortestHoldByWindow;
    asked_at_.reset();
    return true;
  }
  const bool is_told_at_once = 2 * window <= largest_window_bytes_;
  if (!is_told_at_once && !asked_at_ && lacking <= few_bytes + last_frame_bytes_) return true;
  if (now - last_begin_ <= (is_told_at_once ? kLongestHoldByWindow : hold_)) return false;
  asked_at_ = window;
  hold_ = std::min(3 * hold_, kLongestHoldByWindow);
  return true;
}

}  // namespace jpegwire
