#pragma once

#include "bench/runs/event_loop.hpp"
#include "bench/runs/matrix.hpp"
#include "bench/runs/network_link.hpp"
#include "bench/runs/options.hpp"
#include "bench/runs/programs.hpp"
#include "bench/runs/run.hpp"
#include "bench/runs/viewer_group.hpp"

namespace jpegwire {

/// Runs one case once: starts a sender and viewers, and ends them. `link` is that of the case, or
/// null. If its rate changes, it has the first rate until the measured time begins. Throws
/// RunFailure if a program fails, and Interrupted on Ctrl-C.
Run measure(EventLoop& loop, const BenchOptions& options, const Programs& programs, const Case& one,
            ViewerGroup& viewers, NetworkLink* link);

}  // namespace jpegwire
