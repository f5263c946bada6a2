#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/time.hpp"

namespace jpegwire {

/// The share of frames or packets that were lost in the last five seconds, in steps of half a
/// second: long enough that one lost frame of a stream of 30 frames/s is less than 1 %. Bound to
/// one thread; allocates no memory.
class RecentLoss {
 public:
  /// What has changed since the last call. One that counted as lost and arrives after all is -1
  /// lost.
  void add(SteadyTime now, std::int64_t arrived, std::int64_t lost);

  /// Lost ones in percent of all; nothing if there were none at all.
  std::optional<double> percent(SteadyTime now) const;

 private:
  struct Step {
    std::int64_t number = -1;  // of half seconds since the clock began
    std::int64_t arrived = 0;
    std::int64_t lost = 0;
  };

  static constexpr std::chrono::milliseconds kStep{500};
  static constexpr std::size_t kSteps = 10;

  static std::int64_t number_at(SteadyTime time) { return time.time_since_epoch() / kStep; }

  std::array<Step, kSteps> steps_{};
};

}  // namespace jpegwire
