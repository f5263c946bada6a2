#pragma once

#include <sys/ioctl.h>

#include <cerrno>

namespace jpegwire {

/// ioctl(), again if a signal interrupts it. 0, or the errno.
template <class Argument>
int video_ioctl(int descriptor, unsigned long request, Argument& argument) {
  for (;;) {
    if (::ioctl(descriptor, request, &argument) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

}  // namespace jpegwire
