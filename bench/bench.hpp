#pragma once

#include "bench/runs/options.hpp"

namespace jpegwire {

/// Runs all cases and reports the results; returns the exit code. Throws UsageError if
/// the machine has no room for the requested viewers, and std::runtime_error if the bench cannot
/// start or cannot write its files.
int run_bench(const BenchOptions& options);

}  // namespace jpegwire
