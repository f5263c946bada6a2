#pragma once

#include <optional>

namespace jpegwire {

/// Shows the time as a square of blocks (codec/clock_pattern.hpp), newly drawn as often as the
/// screen can show it, until the user or a signal ends it, or so many seconds have passed. A camera
/// that looks at it sends a picture whose age can be read in it, from light to light. Gives the
/// exit code; throws std::runtime_error where no window can be opened.
int run_clock(std::optional<double> seconds);

}  // namespace jpegwire
