#pragma once

#include "viewer/options/options.hpp"

namespace jpegwire {

/// Runs --echo: measures round trips until all sizes are done, --seconds have passed or a signal
/// arrives, prints a table, draws --plot and writes --summary. Returns the exit code. Throws
/// std::runtime_error with one sentence.
int run_echo(const ViewerOptions& options);

}  // namespace jpegwire
