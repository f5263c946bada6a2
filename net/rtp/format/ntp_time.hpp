#pragma once

#include <cstdint>

#include "codec/time.hpp"

namespace jpegwire {

/// A moment as RTCP writes it (RFC 3550, section 4): seconds since 1900 in the upper 32 bits, their
/// fraction in the lower. The seconds wrap around in 2036.
using NtpTime = std::uint64_t;

NtpTime to_ntp(WallTime time);

/// To the nearest microsecond, so a WallTime of the years 1968 to 2104 comes back as it was.
WallTime from_ntp(NtpTime time);

/// The middle 32 bits of an NTP timestamp, in 1/65536 s; they wrap around every 18 hours.
constexpr std::uint32_t to_compact(NtpTime time) { return static_cast<std::uint32_t>(time >> 16); }
std::uint32_t to_compact(WallTime time);

/// The moment nearest to `near`, which is a real one, that has these middle 32 bits: to_compact()
/// gives them back.
WallTime expand_compact(std::uint32_t compact, WallTime near);

/// A duration in 1/65536 s, to the nearest; a negative one is 0 and one beyond 18 hours the
/// largest.
std::uint32_t to_compact_duration(microseconds duration);
microseconds from_compact_duration(std::uint32_t duration);

/// A moment on the 90 kHz clock of JPEG (RFC 2435, section 3), which wraps around every 13 hours.
constexpr std::uint32_t to_rtp_time(WallTime time) {
  return static_cast<std::uint32_t>(time.time_since_epoch().count() * 9 / 100);
}

}  // namespace jpegwire
