#pragma once

#include <cstdint>

#include "codec/time.hpp"

namespace jpegwire {

/// A time in RTCP's format (RFC 3550, section 4): seconds since 1900 in the upper 32 bits, their
/// fraction in the lower 32. The seconds wrap around in 2036.
using NtpTime = std::uint64_t;

NtpTime to_ntp(WallTime time);

/// Rounded to the nearest microsecond, so a WallTime from 1968 to 2104 survives the round trip.
WallTime from_ntp(NtpTime time);

/// The middle 32 bits of an NTP timestamp, in 1/65536 s; they wrap around every 18 hours.
constexpr std::uint32_t to_compact(NtpTime time) { return static_cast<std::uint32_t>(time >> 16); }
std::uint32_t to_compact(WallTime time);

/// The time nearest to `near` that has these middle 32 bits; to_compact() of it returns them.
WallTime expand_compact(std::uint32_t compact, WallTime near);

/// A duration in 1/65536 s, rounded to the nearest and clamped to 0 and 18 hours.
std::uint32_t to_compact_duration(microseconds duration);
microseconds from_compact_duration(std::uint32_t duration);

/// A time on JPEG's 90 kHz clock (RFC 2435, section 3), which wraps around every 13 hours.
constexpr std::uint32_t to_rtp_time(WallTime time) {
  return static_cast<std::uint32_t>(time.time_since_epoch().count() * 9 / 100);
}

}  // namespace jpegwire
