#pragma once

#include <pthread.h>

namespace jpegwire {

/// Names the calling thread for whoever looks at the program's threads: top -H, a debugger,
/// jpegwire-bench, which tells by these names what the CPU was used for. At most 15 characters.
inline void name_this_thread(const char* name) { ::pthread_setname_np(::pthread_self(), name); }

}  // namespace jpegwire
