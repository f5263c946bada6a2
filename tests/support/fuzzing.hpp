#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "codec/frame.hpp"

namespace jpegwire::test {

/// Checks an invariant of a fuzz target; NDEBUG would remove an `assert`.
inline void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not true: %s\n", what);
  std::abort();
}

inline Bytes as_input(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

/// Removes a byte from the front and returns it; 0 if none is left.
inline unsigned take_byte(Bytes& input) {
  if (input.empty()) return 0;
  const auto byte = std::to_integer<unsigned>(input[0]);
  input = input.subspan(1);
  return byte;
}

}  // namespace jpegwire::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
