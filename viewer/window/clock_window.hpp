#pragma once

#include <optional>

namespace jpegwire {

/// Shows the time as a square of blocks (viewer/camera/clock_pattern.hpp), redrawn as often as the
/// screen can show it, until the user or a signal ends it, or this many seconds have passed. A
/// camera pointed at it sends pictures whose age can be read from them, from light to light.
/// Returns the exit code; throws std::runtime_error if no window can be opened.
int run_clock(std::optional<double> seconds);

}  // namespace jpegwire
