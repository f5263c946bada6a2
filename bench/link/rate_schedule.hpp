#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "bench/link/link_settings.hpp"

namespace jpegwire {

/// Says which rate a link has when, without a clock: times are those since the beginning of the
/// measurement, and each call passes the same time as the one before it, or a later one. Bound to
/// one thread.
class RateSchedule {
 public:
  /// The steps are in order, the first is at 0.
  explicit RateSchedule(std::vector<RateStep> steps) : steps_(std::move(steps)) {}

  /// The rate to set, if one or more steps have begun since the last call; of several the last. The
  /// first step has begun before any call.
  std::optional<std::uint64_t> due(microseconds now) {
    const std::size_t before = next_;
    while (next_ < steps_.size() && steps_[next_].begin <= now) ++next_;
    if (next_ == before) return std::nullopt;
    return steps_[next_ - 1].bits_per_second;
  }

  /// When the next step begins, but no later than `limit`.
  microseconds next_before(microseconds limit) const {
    return next_ < steps_.size() ? std::min(steps_[next_].begin, limit) : limit;
  }

 private:
  std::vector<RateStep> steps_;
  std::size_t next_ = 1;
};

}  // namespace jpegwire
