#pragma once

#include <chrono>
#include <utility>

namespace jpegwire {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// A moment on this machine's wall clock, as the wire carries it: microseconds since the Unix
/// epoch.
using WallTime = std::chrono::sys_time<microseconds>;

inline WallTime wall_now() {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

/// Wall time at the first call of the program, and steady from then on. Ages are measured with it,
/// so that setting the clock makes no picture older or younger.
inline WallTime steady_now() {
  using std::chrono::steady_clock;
  static const auto start = std::pair(wall_now(), steady_clock::now());
  return start.first + std::chrono::duration_cast<microseconds>(steady_clock::now() - start.second);
}

/// A moment on a clock that is never set, for timeouts and rates.
using SteadyTime = std::chrono::steady_clock::time_point;

/// For options, which are in seconds.
inline milliseconds from_seconds(double seconds) {
  return std::chrono::duration_cast<milliseconds>(std::chrono::duration<double>(seconds));
}

/// For rates and durations in summaries.
inline double to_seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

/// For logs and statistics, which are in milliseconds.
inline double to_milliseconds(microseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace jpegwire
