#include "sender/sources/pacer.hpp"

#include <algorithm>
#include <utility>

namespace jpegwire {
namespace {

constexpr double kLongestIntervalSeconds = 86400;  // keeps tiny rates within the clock's range

std::chrono::steady_clock::duration interval_of(double frames_per_second) {
  if (!(frames_per_second > 0)) return {};
  const std::chrono::duration<double> interval(
      std::min(1 / frames_per_second, kLongestIntervalSeconds));
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(interval);
}

}  // namespace

FrameSchedule::FrameSchedule(double frames_per_second)
    : interval_(interval_of(frames_per_second)) {}

FrameSchedule::Clock::time_point FrameSchedule::next_due(Clock::time_point now) const {
  if (!last_due_) return now;
  const auto due = *last_due_ + interval_;
  return now - due < interval_ ? due : now;
}

Pacer::Pacer(double frames_per_second) : schedule_(frames_per_second) {}

bool Pacer::wait(std::stop_token stop) {
  if (schedule_.interval() == FrameSchedule::Clock::duration::zero()) return !stop.stop_requested();
  const auto due = schedule_.next_due(FrameSchedule::Clock::now());
  std::unique_lock lock(mutex_);
  never_notified_.wait_until(lock, stop, due, [] { return false; });
  schedule_.advance(due);
  return !stop.stop_requested();
}

}  // namespace jpegwire
