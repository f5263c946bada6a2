#pragma once

#include "sender/options.hpp"

namespace jpegwire {

/// Runs until the source ends, --frames or --seconds is reached, or a signal arrives (EndSignals).
/// Returns the exit code. Throws std::exception with a one-sentence message if it cannot start or
/// its source fails.
int run_sender(const SenderOptions& options);

}  // namespace jpegwire
