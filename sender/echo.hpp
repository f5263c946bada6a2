#pragma once

#include "sender/options.hpp"

namespace jpegwire {

/// What --echo does in place of sending a stream: sends back what comes to the --tcp address until
/// --seconds are over, or a signal comes; then writes --summary. Returns the exit code. Throws
/// std::runtime_error with one sentence where it cannot listen.
int run_echo(const SenderOptions& options);

}  // namespace jpegwire
