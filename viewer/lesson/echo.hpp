#pragma once

#include "viewer/options/options.hpp"

namespace jpegwire {

/// What --echo does in place of watching a stream: measures round trips until all sizes are done,
/// --seconds are over or a signal comes, prints a table, draws --plot and writes --summary. Returns
/// the exit code. Throws std::runtime_error with one sentence.
int run_echo(const ViewerOptions& options);

}  // namespace jpegwire
