#pragma once

#include <sys/resource.h>

namespace jpegwire {

/// Lowers the priority of the calling thread, and of threads that it starts later, below that of
/// threads that process frames. On an idle machine this costs no speed.
inline void let_frames_go_first() {
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, 0,
                kNice);  // on Linux this applies to a thread; if it fails, priorities stay equal
}

}  // namespace jpegwire
