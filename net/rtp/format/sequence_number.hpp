#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace jpegwire {

/// How far `to` is ahead of `from`, negative where it is behind: the numbers of RTP wrap around, so
/// of the two ways from one to the other the shorter one counts (RFC 1982).
template <std::unsigned_integral T>
constexpr std::make_signed_t<T> distance(T from, T to) {
  return static_cast<std::make_signed_t<T>>(static_cast<T>(to - from));
}

/// A sequence number that does not wrap within a run: the one nearest to `near` whose low 16 bits
/// are `sequence` (RFC 3550, appendix A.1, calls it extended).
constexpr std::int64_t extend_sequence(std::int64_t near, std::uint16_t sequence) {
  return near + distance(static_cast<std::uint16_t>(near), sequence);
}

}  // namespace jpegwire
