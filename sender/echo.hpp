#pragma once

#include "sender/options.hpp"

namespace jpegwire {

/// Runs --echo: sends back what is received on the --tcp address until --seconds are over or a
/// signal arrives, and then writes --summary. Returns the exit code. Throws std::runtime_error with
/// one sentence if it cannot listen.
int run_echo(const SenderOptions& options);

}  // namespace jpegwire
