#pragma once

#include "viewer/options/options.hpp"

namespace jpegwire {

/// Runs until the user quits, --frames or --seconds is reached, the stream ends, or a signal
/// arrives (EndSignals). Returns the exit code. Throws std::exception with one sentence if it
/// cannot start or no frame arrives.
int run_viewer(const ViewerOptions& options);

}  // namespace jpegwire
