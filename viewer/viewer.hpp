#pragma once

#include "viewer/options/options.hpp"

namespace jpegwire {

/// Runs until the user quits, --frames or --seconds is reached, the stream ends, or a signal
/// comes (EndSignals). Returns the exit code. Throws std::exception with one sentence where it
/// cannot start, or no frame comes.
int run_viewer(const ViewerOptions& options);

}  // namespace jpegwire
