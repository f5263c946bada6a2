#include "net/tcp/reader_pacing.hpp"

#include <algorithm>
#include <utility>

namespace jpegwire {
namespace {

// Linux acknowledges data after 40 ms if nobody reads it (TCP_DELACK_MIN), and at once if somebody
// does. TCP_INFO has times in steps of 4 ms.
constexpr milliseconds kNobodyReads{36};

// But data that follows a pause of 200 ms or so is acknowledged at once, whether it is read or not.
constexpr milliseconds kPause{150};

constexpr milliseconds kBusy{10};          // a viewer that reads later than that was not waiting
constexpr milliseconds kImplausible{500};  // then it was another acknowledgement

constexpr milliseconds kShortestSpacing{5};
constexpr milliseconds kLongestSpacing{4000};
constexpr milliseconds kLongHold{2000};
constexpr milliseconds kLongestHold{16'000};
constexpr int kSpare = 2;  // frames that may be unread although the window does not show it

}  // namespace

void ReaderPacing::begin_frame(std::size_t size_bytes, SteadyTime now) {
  const auto since = std::chrono::duration_cast<microseconds>(now - last_begin_);
  was_behind_ = is_behind();
  if (last_frame_bytes_ > 0 && !was_behind_ && !must_catch_up_)
    usual_spacing_ += (std::min<microseconds>(since, kLongestSpacing) - usual_spacing_) / 4;
  const bool is_long = was_behind_ && since >= kLongHold;
  long_hold_ = is_long ? std::clamp(2 * long_hold_, kLongHold, kLongestHold) : milliseconds(0);
  is_after_pause_ = since >= kPause;
  last_begin_ = now;
  last_frame_bytes_ = size_bytes;
  window_at_begin_ = window_bytes_;
  must_catch_up_ = false;
  is_judged_ = false;
}

void ReaderPacing::observe(const TcpLink& link, microseconds transfer, SteadyTime now) {
  if (!link.window_bytes) return;
  window_bytes_ = *link.window_bytes;
  largest_bytes_ = std::max(largest_bytes_, window_bytes_);
  if (std::exchange(is_judged_, true)) return;
  const microseconds delay = link.since_sent - link.since_heard;
  judge(delay - link.least_round_trip - transfer, now);
}

// A queue of the link delays acknowledgements too, but leaves the window as it is. The window may
// never have been as large as it would be if the unread frame were read, because the buffer grows.
void ReaderPacing::judge(microseconds delay, SteadyTime now) {
  const bool was_late = is_late_;
  const bool is_smaller = window_bytes_ + last_frame_bytes_ / 4 < window_at_begin_;
  const bool is_busy = delay >= kBusy && delay < kImplausible;
  const bool may_be_busy = is_after_pause_ && spacing_.count() > 0;
  const bool is_telling = is_after_pause_ ? was_behind_ : is_busy && delay >= kNobodyReads;
  is_late_ = is_telling && is_smaller;
  note_busy(is_busy || may_be_busy, now);
  if (is_late_) largest_bytes_ = std::max(largest_bytes_, window_bytes_ + last_frame_bytes_);
  if (!is_behind()) return speed_up(now);
  if (has_smaller_buffer(is_busy)) return;
  slow_down(was_late && is_late_, now);
}

// If the viewer is never waiting when a frame comes, more than one may be queued, and frames are
// sent as fast as it reads. So it gets them no faster, and after a pause in which it catches up. If
// it was the link that delayed the acknowledgements, that costs little.
void ReaderPacing::note_busy(bool is_busy, SteadyTime now) {
  constexpr int kManyBusy = 8;
  const auto seldom = std::max<microseconds>(std::chrono::seconds(2), 16 * usual_spacing_);
  busy_frames_ = is_busy ? busy_frames_ + 1 : 0;
  if (busy_frames_ < kManyBusy || now - last_catch_up_ < seldom) return;
  busy_frames_ = 0;
  must_catch_up_ = true;
  last_catch_up_ = now;
  last_behind_ = now;
  spacing_ = std::max(spacing_, usual_spacing_ * 103 / 100);
}

// Frames are held for longer than it takes to read what seems to be unread. If the window does not
// shrink for some of them all the same, all is read, and the buffer has become smaller.
bool ReaderPacing::has_smaller_buffer(bool is_busy) {
  constexpr int kEnough = 4;
  const bool is_read = !is_busy && window_bytes_ + tolerance_bytes() >= window_at_begin_;
  frames_read_ = is_read ? frames_read_ + 1 : 0;
  if (frames_read_ < kEnough) return false;
  frames_read_ = 0;
  largest_bytes_ = window_bytes_;
  spacing_ = microseconds(0);
  return true;
}

// A viewer that has stopped may go on as fast as before.
void ReaderPacing::slow_down(bool is_stopping, SteadyTime now) {
  last_behind_ = now;
  if (has_stopped()) return;
  if (spacing_.count() == 0) spacing_ = usual_spacing_;
  spacing_ = is_stopping ? 2 * spacing_ : spacing_ * 5 / 4;
  spacing_ = std::clamp<microseconds>(spacing_, is_late_ ? kNobodyReads : kShortestSpacing,
                                      kLongestSpacing);
}

// To find out whether the viewer reads faster.
void ReaderPacing::speed_up(SteadyTime now) {
  constexpr std::chrono::seconds kSteady{1};
  frames_read_ = 0;
  if (now - last_behind_ < kSteady) return;
  const double share = 1 - std::min(2 * to_seconds(spacing_), 0.15);
  spacing_ = std::chrono::duration_cast<microseconds>(share * spacing_);
  if (spacing_ < kShortestSpacing) spacing_ = microseconds(0);
}

// Linux announces at once that data was read if that doubles the window, and otherwise with the
// next acknowledgement. So while most of the window is free, the last frame may be read although it
// seems not to be.
bool ReaderPacing::is_behind() const {
  const bool may_be_read = !is_late_ && 2 * window_bytes_ > largest_bytes_;
  return lacking_bytes() > tolerance_bytes() + (may_be_read ? last_frame_bytes_ : 0);
}

bool ReaderPacing::has_stopped() const {
  constexpr std::size_t kManyUnread = 3;
  return is_late_ && unread_frames() >= kManyUnread;
}

// Spare room hides some more.
std::size_t ReaderPacing::unread_frames() const {
  constexpr std::size_t kMost = 100;
  return std::min((lacking_bytes() + last_frame_bytes_ / 2) / last_frame_bytes_, kMost);
}

SteadyTime ReaderPacing::next_begin() const {
  if (last_frame_bytes_ == 0) return last_begin_;
  if (!is_behind())
    return last_begin_ + (must_catch_up_ ? (1 + kSpare) * usual_spacing_ : spacing_);
  if (has_stopped()) return last_begin_ + std::clamp(2 * long_hold_, kLongHold, kLongestHold);
  const microseconds time_to_read = (static_cast<int>(unread_frames()) + kSpare) * spacing_;
  return last_begin_ + std::min<microseconds>(time_to_read, 2 * kLongHold);
}

}  // namespace jpegwire
