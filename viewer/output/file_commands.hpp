#pragma once

#include "viewer/options/options.hpp"

namespace jpegwire {

/// --list or --fetch. Returns the exit code. Throws std::exception with one sentence where it
/// fails, also by SIGINT or SIGTERM, as the file is not there then.
int run_file_command(const ViewerOptions& options);

}  // namespace jpegwire
