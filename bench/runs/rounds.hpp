#pragma once

#include "bench/runs/event_loop.hpp"
#include "bench/runs/options.hpp"
#include "bench/runs/programs.hpp"
#include "bench/runs/results.hpp"

namespace jpegwire {

/// Runs all cases, one round after the other, so that a machine that slows down slows down all of
/// them. A case in which a program fails is told, and left out of the later rounds. Ctrl-C ends it
/// with what is done.
void run_rounds(EventLoop& loop, const Programs& programs, Results& results);

}  // namespace jpegwire
