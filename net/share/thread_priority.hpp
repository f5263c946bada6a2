#pragma once

#include <sched.h>

namespace jpegwire {

/// The calling thread, and those that it starts from now on, leave the processor to whoever has
/// frames to see to. Where nobody has, it costs no speed.
inline void let_frames_go_first() {
  const sched_param none{};  // where it fails, all is equal
  ::sched_setscheduler(0, SCHED_IDLE, &none);
}

}  // namespace jpegwire
