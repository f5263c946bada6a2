// A preloaded library that slows libjpeg-turbo: each band takes SLOW_ENCODE_US or SLOW_DECODE_US
// microseconds longer, during which the CPU is idle.

#include <dlfcn.h>
#include <turbojpeg.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <thread>

// It needs the types of <cstddef> and <cstdio>.
#include <jpeglib.h>

namespace {

void pause_for(const char* variable) {
  const char* text = std::getenv(variable);
  if (text != nullptr) std::this_thread::sleep_for(std::chrono::microseconds(std::atoi(text)));
}

template <class Function>
Function* next(Function*, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int tjCompressFromYUVPlanes(tjhandle handle, const unsigned char** planes, int width,
                            const int* strides, int height, int subsampling, unsigned char** jpeg,
                            unsigned long* size, int quality, int flags) {
  static auto* const real = next(&tjCompressFromYUVPlanes, "tjCompressFromYUVPlanes");
  pause_for("SLOW_ENCODE_US");
  return real(handle, planes, width, strides, height, subsampling, jpeg, size, quality, flags);
}

boolean jpeg_start_decompress(j_decompress_ptr state) {
  static auto* const real = next(&jpeg_start_decompress, "jpeg_start_decompress");
  pause_for("SLOW_DECODE_US");
  return real(state);
}

}  // extern "C"
