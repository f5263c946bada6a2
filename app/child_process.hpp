#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace jpegwire {

using Command = std::vector<std::string>;
using Environment = std::vector<std::pair<std::string, std::string>>;

/// Starts a program, found in PATH where it is named without a slash, that writes to these two
/// descriptors and has nothing to read. It leads a process group of its own, so that Ctrl-C does
/// not reach it, and is killed when the calling thread ends. `environment` is added to the
/// caller's; a variable without a value is taken away. Where the program cannot be executed the
/// process ends with 127. For programs whose other threads, if any, hold no lock that it takes to
/// set a variable. Throws std::system_error where the system has no room for a process.
pid_t start_child(const Command& command, const Environment& environment, int out, int err);

/// The exit code in what waitpid() told, or 128 and the signal that ended the process.
int exit_code_of(int status);

}  // namespace jpegwire
