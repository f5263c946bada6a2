#pragma once

#include <pthread.h>
#include <sys/resource.h>

namespace jpegwire {

/// Names the calling thread, for top -H, debuggers and jpegwire-bench, which reports the CPU time
/// of each name. At most 15 characters.
inline void name_this_thread(const char* name) { ::pthread_setname_np(::pthread_self(), name); }

/// Gives the calling thread, and threads that it starts later, the lowest priority, so that threads
/// that process frames run first. On an idle machine this costs no speed.
inline void let_frames_go_first() {
  constexpr int kLowestPriority = 19;
  // On Linux this applies to a thread. If it fails, priorities stay equal.
  ::setpriority(PRIO_PROCESS, 0, kLowestPriority);
}

}  // namespace jpegwire
