#pragma once

#include <sys/resource.h>

namespace jpegwire {

/// The calling thread, and those that it starts from now on, leave the processor to whoever has
/// frames to see to. Where nobody has, it costs no speed.
inline void let_frames_go_first() {
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, 0, kNice);  // on Linux that is a thread; where it fails, all is equal
}

}  // namespace jpegwire
