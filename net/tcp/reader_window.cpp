#include "net/tcp/reader_window.hpp"

#include <algorithm>
#include <utility>

namespace jpegwire {
namespace {

// Linux acknowledges data after 40 ms if nobody reads it (TCP_DELACK_MIN), and at once if somebody
// does. It tells times in steps of 4 ms.
constexpr milliseconds kNobodyReads{36};

constexpr milliseconds kBusy{10};  // a viewer that reads later than that was not waiting

constexpr milliseconds kShortestSpacing{5};
constexpr milliseconds kLongestSpacing{1000};
constexpr milliseconds kLongHold{2000};
constexpr milliseconds kLongestHold{16'000};
constexpr int kSpare = 2;  // frames that may be unread although the window does not show it

}  // namespace

void ReaderWindow::begin_frame(std::size_t size_bytes, SteadyTime now) {
  const auto since = std::chrono::duration_cast<microseconds>(now - last_begin_);
  if (last_frame_bytes_ > 0)
    usual_spacing_ += (std::min<microseconds>(since, kLongestSpacing) - usual_spacing_) / 4;
  is_after_hold_ = is_behind() && since >= kLongHold / 2;
  const bool is_long = is_behind() && since >= kLongHold;
  long_hold_ = is_long ? std::clamp(2 * long_hold_, kLongHold, kLongestHold) : milliseconds(0);
  last_begin_ = now;
  last_frame_bytes_ = size_bytes;
  window_at_begin_ = window_bytes_;
  must_catch_up_ = false;
  is_judged_ = false;
}

void ReaderWindow::observe(const TcpLink& link, microseconds transfer, SteadyTime now) {
  if (!link.window_bytes) return;
  window_bytes_ = *link.window_bytes;
  largest_bytes_ = std::max(largest_bytes_, window_bytes_);
  if (std::exchange(is_judged_, true)) return;
  const microseconds delay = link.since_sent - link.since_heard;
  judge(delay - link.least_round_trip - transfer, now);
}

// A queue of the link delays acknowledgements too, but leaves the window as it is. The window may
// never have been as large as it would be if the unread frame were read, because the buffer grows.
// If a frame that follows a long hold is read at once, the buffer has become smaller.
void ReaderWindow::judge(microseconds delay, SteadyTime now) {
  const bool was_late = is_late_;
  const bool is_busy = delay >= kBusy;
  is_late_ = delay >= kNobodyReads && window_bytes_ + last_frame_bytes_ / 4 < window_at_begin_;
  if (is_late_) largest_bytes_ = std::max(largest_bytes_, window_bytes_ + last_frame_bytes_);
  if (is_after_hold_ && !is_busy && window_bytes_ + few_bytes() >= window_at_begin_)
    largest_bytes_ = window_bytes_;
  note_busy(is_busy, now);
  if (is_behind())
    slow_down(was_late && is_late_, now);
  else
    speed_up(now);
}

// If the viewer is never waiting when a frame comes, more than one may be queued, and frames are
// sent as fast as it reads. So it gets them no faster, and after a pause in which it catches up. If
// it was the link that delayed the acknowledgements, that costs little.
void ReaderWindow::note_busy(bool is_busy, SteadyTime now) {
  constexpr int kMany = 8;
  constexpr std::chrono::seconds kSeldom{2};
  busy_frames_ = is_busy ? busy_frames_ + 1 : 0;
  if (busy_frames_ < kMany || now - last_catch_up_ < kSeldom) return;
  must_catch_up_ = true;
  last_catch_up_ = now;
  last_behind_ = now;
  spacing_ = std::max(spacing_, usual_spacing_ * 103 / 100);
}

void ReaderWindow::slow_down(bool is_stopped, SteadyTime now) {
  last_behind_ = now;
  if (spacing_.count() == 0) spacing_ = usual_spacing_;
  spacing_ = is_stopped ? 2 * spacing_ : spacing_ * 5 / 4;
  spacing_ = std::clamp<microseconds>(spacing_, is_late_ ? kNobodyReads : kShortestSpacing,
                                      kLongestSpacing);
}

// To find out whether the viewer reads faster, within a second or so.
void ReaderWindow::speed_up(SteadyTime now) {
  constexpr std::chrono::seconds kSteady{1};
  if (now - last_behind_ < kSteady) return;
  const double share = 1 - std::min(to_seconds(spacing_), 0.5);
  spacing_ = std::chrono::duration_cast<microseconds>(share * spacing_);
  if (spacing_ < kShortestSpacing) spacing_ = microseconds(0);
}

// Linux tells that data was read when that doubles the window, and otherwise only with the next
// acknowledgement. So while most of the window is free, the last frame may be read although it
// seems not to be.
bool ReaderWindow::is_behind() const {
  const bool may_be_read = !is_late_ && 2 * window_bytes_ > largest_bytes_;
  return lacking_bytes() > few_bytes() + (may_be_read ? last_frame_bytes_ : 0);
}

// More frames may be unread than are lacking in the window, because a part of the buffer is spare.
SteadyTime ReaderWindow::next_begin() const {
  constexpr std::size_t kMany = 3;
  if (!is_behind())
    return last_begin_ + (must_catch_up_ ? (1 + kSpare) * usual_spacing_ : spacing_);
  const std::size_t unread = (lacking_bytes() + last_frame_bytes_ / 2) / last_frame_bytes_;
  if (is_late_ && unread >= kMany)
    return last_begin_ + std::clamp(2 * long_hold_, kLongHold, kLongestHold);
  const microseconds time_to_read = (static_cast<int>(unread) + kSpare) * spacing_;
  return last_begin_ + std::min<microseconds>(time_to_read, kLongHold);
}

}  // namespace jpegwire
