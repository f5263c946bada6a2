#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace jpegwire {

/// How far `to` is ahead of `from`; negative if it is behind. RTP's numbers wrap around, so the
/// shorter of the two ways counts (RFC 1982).
template <std::unsigned_integral T>
constexpr std::make_signed_t<T> distance(T from, T to) {
  return static_cast<std::make_signed_t<T>>(static_cast<T>(to - from));
}

/// The extended sequence number (RFC 3550, appendix A.1), which does not wrap around: the number
/// nearest to `near` whose low 16 bits are `sequence`.
constexpr std::int64_t extend_sequence(std::int64_t near, std::uint16_t sequence) {
  return near + distance(static_cast<std::uint16_t>(near), sequence);
}

}  // namespace jpegwire
