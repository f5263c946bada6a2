#pragma once

#include "bench/event_loop.hpp"
#include "bench/matrix.hpp"
#include "bench/options.hpp"
#include "bench/programs.hpp"
#include "bench/run.hpp"
#include "bench/viewer_group.hpp"

namespace jpegwire {

/// Runs one case once: a sender, and viewers, which end with it. Throws RunFailure where a program
/// fails, and Interrupted.
Run measure(EventLoop& loop, const BenchOptions& options, const Programs& programs, const Case& one,
            ViewerGroup& viewers);

}  // namespace jpegwire
