#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace jpegwire {

using Bytes = std::span<const std::byte>;

/// Writes the bytes to the front of `out`, which must hold them, and returns what is left of `out`.
/// GCC 12 compiles std::ranges::copy of const bytes to a slow loop.
inline std::span<std::byte> put_bytes(std::span<std::byte> out, Bytes bytes) {
  if (!bytes.empty()) std::memmove(out.data(), bytes.data(), bytes.size());
  return out.subspan(bytes.size());
}

/// Writes the value's sizeof(T) bytes, most significant first, to the front of `out`,
/// which must hold them, and returns what is left of `out`.
template <std::unsigned_integral T>
constexpr std::span<std::byte> put_big_endian(std::span<std::byte> out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out[i] = static_cast<std::byte>(value >> (8 * (sizeof(T) - 1 - i)));
  return out.subspan(sizeof(T));
}

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One byte as a number.
constexpr unsigned byte_at(Bytes bytes, std::size_t at) {
  return std::to_integer<unsigned>(bytes[at]);
}

/// Reads sizeof(T) bytes, most significant first, from the front of `in`, which must hold them.
template <std::unsigned_integral T>
constexpr T get_big_endian(Bytes in) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value << 8 | static_cast<T>(in[i]));
  return value;
}

}  // namespace jpegwire
