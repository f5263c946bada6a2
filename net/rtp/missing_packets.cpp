#include "net/rtp/missing_packets.hpp"

#include <algorithm>

namespace jpegwire {
namespace {

constexpr std::size_t kMost = 512;
constexpr int kMostRequests = 3;
constexpr milliseconds kLateness{2};

}  // namespace

void MissingPackets::skipped(std::int64_t first, std::int64_t behind, WallTime now) {
  for (std::int64_t number = first; number < behind && missing_.size() < kMost; ++number)
    missing_.push_back({.number = number, .due = now + kLateness});
}

bool MissingPackets::came(std::int64_t number) {
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

std::span<const std::uint16_t> MissingPackets::due(WallTime now, microseconds patience) {
  due_.clear();
  for (Missing& missing : missing_) {
    if (missing.requests == kMostRequests || missing.due > now) continue;
    ++missing.requests;
    missing.due = now + patience;
    due_.push_back(static_cast<std::uint16_t>(missing.number));
  }
  return due_;
}

std::optional<WallTime> MissingPackets::next_due() const {
  std::optional<WallTime> next;
  for (const Missing& missing : missing_)
    if (missing.requests < kMostRequests) next = std::min(next.value_or(missing.due), missing.due);
  return next;
}

}  // namespace jpegwire
