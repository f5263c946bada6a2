#pragma once

#include <pthread.h>
#include <sys/resource.h>

namespace jpegwire {

/// Names the calling thread, for top -H, debuggers and jpegwire-bench, which reports the CPU time
/// of each name. At most 15 characters.
inline void name_this_thread(const char* name) { ::pthread_setname_np(::pthread_self(), name); }

/// Lowers the priority of the calling thread, and of threads that it starts later, below that of
/// threads that process frames. On an idle machine this costs no speed.
inline void let_frames_go_first() {
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, 0,
                kNice);  // on Linux this applies to a thread; if it fails, priorities stay equal
}

}  // namespace jpegwire
