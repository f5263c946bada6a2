#pragma once

#include "viewer/options/options.hpp"

namespace jpegwire {

/// Runs --list or --fetch. Returns the exit code. Throws std::exception with a one-sentence message
/// on failure, which includes SIGINT and SIGTERM, because the file is incomplete then.
int run_file_command(const ViewerOptions& options);

}  // namespace jpegwire
