#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace jpegwire {

/// What the overlay and the lines on the terminal tell about the last second.
struct LiveFigures {
  double frames_per_second = 0;
  std::optional<double> age_ms;  // capture to decoded; nothing while it is not known
  double megabits_per_second = 0;
  int width = 0;
  int height = 0;
  std::uint64_t lost = 0;     // frames that never came, since the start
  std::uint64_t patched = 0;  // frames shown with older bands in them, since the start
  std::uint64_t skipped = 0;  // frames that came and were not shown, since the start

  bool operator==(const LiveFigures&) const = default;
};

/// All of them in one line: "30.0 frames/s, age 7.1 ms, 8.9 Mbit/s, 1280x720, 0 lost, 0 skipped",
/// and how many were patched, where some were.
std::string describe(const LiveFigures& figures);

// The words that describe() is put together from.
std::string describe_rate(const LiveFigures& figures);
std::string describe_age(const LiveFigures& figures);
std::string describe_bit_rate(const LiveFigures& figures);
std::string describe_size(const LiveFigures& figures);
std::string describe_lost(const LiveFigures& figures);
std::string describe_patched(const LiveFigures& figures);
std::string describe_skipped(const LiveFigures& figures);

}  // namespace jpegwire
