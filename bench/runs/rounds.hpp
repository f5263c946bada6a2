#pragma once

#include "bench/runs/event_loop.hpp"
#include "bench/runs/options.hpp"
#include "bench/runs/programs.hpp"
#include "bench/runs/results.hpp"

namespace jpegwire {

/// Runs all cases once per round, so that a machine that becomes slower affects all cases. A case
/// in which a program fails is reported and omitted from later rounds. Ctrl-C ends the rounds;
/// finished runs are kept.
void run_rounds(EventLoop& loop, const Programs& programs, Results& results);

}  // namespace jpegwire
