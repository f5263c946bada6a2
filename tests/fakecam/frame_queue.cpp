#include "frame_queue.hpp"

#include <algorithm>

namespace fakecam {

void FrameQueue::start(std::int64_t now, std::int64_t interval_ns) {
  interval_ns_ = interval_ns;
  next_due_ = now + interval_ns;
  next_sequence_ = 0;
}

void FrameQueue::stop() {
  interval_ns_ = 0;
  queued_.clear();
  done_.clear();
}

void FrameQueue::queue(std::uint32_t buffer, std::int64_t now) {
  advance(now);  // Frames that were due before this moment must not use the buffer.
  queued_.push_back(buffer);
}

void FrameQueue::set_hung(bool hung, std::int64_t now) {
  if (hung == hung_) return;
  advance(now);
  hung_ = hung;
  next_due_ = now + interval_ns_;
}

void FrameQueue::advance(std::int64_t now) {
  if (!streaming() || hung_) return;
  for (; next_due_ <= now && !queued_.empty(); next_due_ += interval_ns_) {
    const std::uint32_t sequence = next_sequence_++;
    if (is_lost(sequence)) continue;
    done_.push_back({queued_.front(), sequence, next_due_});
    queued_.pop_front();
  }
  if (next_due_ > now) return;
  const std::int64_t lost = (now - next_due_) / interval_ns_ + 1;
  next_sequence_ += static_cast<std::uint32_t>(lost);
  next_due_ += lost * interval_ns_;
}

bool FrameQueue::is_lost(std::uint32_t sequence) const {
  return lose_every_ > 0 && (sequence + 1) % lose_every_ == 0;
}

std::optional<Capture> FrameQueue::take() {
  if (done_.empty()) return std::nullopt;
  const Capture capture = done_.front();
  done_.pop_front();
  return capture;
}

bool FrameQueue::is_done(std::uint32_t buffer) const {
  return std::ranges::find(done_, buffer, &Capture::buffer) != done_.end();
}

std::optional<std::int64_t> FrameQueue::ready_at() const {
  if (!done_.empty()) return done_.front().due_ns;
  if (!streaming() || hung_ || queued_.empty()) return std::nullopt;
  return next_due_;
}

}  // namespace fakecam
