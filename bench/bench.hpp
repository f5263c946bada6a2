#pragma once

#include "bench/runs/options.hpp"

namespace jpegwire {

/// Runs all that was asked for and reports it; gives the exit code. Throws CLI::ValidationError
/// where the machine cannot hold what was asked for, std::runtime_error where it cannot begin or
/// not report.
int run_bench(const BenchOptions& options);

}  // namespace jpegwire
