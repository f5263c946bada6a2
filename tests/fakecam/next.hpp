#pragma once

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstddef>

#define FAKECAM_EXPORT extern "C" __attribute__((visibility("default")))

namespace fakecam {

// A string that can be a template argument.
template <std::size_t size>
struct Name {
  char text[size]{};
  // Implicit, so that a literal can be passed.
  constexpr Name(const char (&literal)[size]) { std::copy_n(literal, size, text); }
};

// The function that this library interposes: libc's, or that of a sanitizer in between. Looked up
// once per function, in an atomic rather than a guarded static, because the first call may come
// from anywhere: start-up code, signal handlers, between vfork and exec.
template <Name name, typename Function>
Function* next() {
  static constinit std::atomic<void*> found = nullptr;
  void* symbol = found.load(std::memory_order_acquire);
  if (symbol == nullptr) {
    symbol = dlsym(RTLD_NEXT, name.text);
    found.store(symbol, std::memory_order_release);
  }
  return reinterpret_cast<Function*>(symbol);
}

}  // namespace fakecam
