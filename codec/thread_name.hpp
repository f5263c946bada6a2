#pragma once

#include <pthread.h>

namespace jpegwire {

/// Names the calling thread, for top -H, debuggers and jpegwire-bench, which reports the CPU time
/// of each name. At most 15 characters.
inline void name_this_thread(const char* name) { ::pthread_setname_np(::pthread_self(), name); }

}  // namespace jpegwire
