#pragma once

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstddef>

#define FAKECAM_EXPORT extern "C" __attribute__((visibility("default")))

namespace fakecam {

// A string that can be a template's argument.
template <std::size_t size>
struct Name {
  char text[size]{};
  // Implicit, so that a plain literal can be given.
  constexpr Name(const char (&literal)[size]) { std::copy_n(literal, size, text); }
};

// The function this library stands in front of: that of libc, or of a sanitizer in between.
// Looked up once per function, in an atomic rather than a guarded static, as a lookup may come
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
