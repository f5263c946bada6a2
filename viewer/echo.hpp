#pragma once

#include "viewer/options.hpp"

namespace jpegwire {

/// What --echo does in place of watching a stream: measures round trips, prints a table on standard
/// output and draws --plot. Returns the exit code. Throws std::runtime_error with one sentence.
int run_echo(const ViewerOptions& options);

}  // namespace jpegwire
