#pragma once

#include <turbojpeg.h>

#include <memory>
#include <stdexcept>
#include <type_traits>

namespace jpegwire {

struct TurboJpegDestroyer {
  void operator()(void* handle) const { tjDestroy(handle); }
};

/// TurboJPEG's state for one thread.
using TurboJpegHandle = std::unique_ptr<std::remove_pointer_t<tjhandle>, TurboJpegDestroyer>;

inline TurboJpegHandle checked(tjhandle handle) {
  if (handle == nullptr) throw std::runtime_error("libturbojpeg cannot be initialized");
  return TurboJpegHandle(handle);
}

}  // namespace jpegwire
