#include "net/rtp/missing_packets.hpp"

#include <algorithm>

namespace jpegwire {
namespace {

constexpr std::size_t kMaxMissing = 512;
constexpr int kMaxRequests = 3;
constexpr milliseconds kMaxLateness{2};

}  // namespace

void MissingPackets::skipped(std::int64_t first, std::int64_t end, WallTime now) {
  for (std::int64_t number = first; number < end && missing_.size() < kMaxMissing; ++number)
    missing_.push_back({.number = number, .due = now + kMaxLateness});
}

bool MissingPackets::arrived(std::int64_t number) {
  const auto found = std::ranges::lower_bound(missing_, number, {}, &Missing::number);
  if (found == missing_.end() || found->number != number) return false;
  const bool was_requested = found->requests > 0;
  missing_.erase(found);
  return was_requested;
}

void MissingPackets::forget_before(std::int64_t number) {
  missing_.erase(missing_.begin(),
                 std::ranges::lower_bound(missing_, number, {}, &Missing::number));
}

std::span<const std::uint16_t> MissingPackets::due(WallTime now, microseconds timeout) {
  due_.clear();
  for (Missing& missing : missing_) {
    if (missing.requests == kMaxRequests || missing.due > now) continue;
    ++missing.requests;
    missing.due = now + timeout;
    due_.push_back(static_cast<std::uint16_t>(missing.number));
  }
  return due_;
}

std::optional<WallTime> MissingPackets::next_due() const {
  std::optional<WallTime> next;
  for (const Missing& missing : missing_)
    if (missing.requests < kMaxRequests) next = std::min(next.value_or(missing.due), missing.due);
  return next;
}

}  // namespace jpegwire
