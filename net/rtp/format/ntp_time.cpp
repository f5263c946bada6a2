#include "net/rtp/format/ntp_time.hpp"

#include <algorithm>
#include <limits>

#include "net/rtp/format/sequence_number.hpp"

namespace jpegwire {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kUnixEpoch = 2'208'988'800;  // 1970 in seconds since 1900
constexpr std::int64_t kEra = std::int64_t{1} << 32;

struct Split {
  std::int64_t seconds = 0;  // since the Unix epoch
  std::int64_t rest = 0;     // microseconds, never negative
};

Split split(WallTime time) {
  const std::int64_t count = time.time_since_epoch().count();
  const bool borrows = count % kSecond < 0;
  return {count / kSecond - (borrows ? 1 : 0), count % kSecond + (borrows ? kSecond : 0)};
}

}  // namespace

NtpTime to_ntp(WallTime time) {
  const Split at = split(time);
  const auto seconds = static_cast<std::uint32_t>(at.seconds + kUnixEpoch);
  return std::uint64_t{seconds} << 32 | (static_cast<std::uint64_t>(at.rest) << 32) / kSecond;
}

// Seconds whose highest bit is 0 belong to the era that begins in 2036 (RFC 4330, section 3).
WallTime from_ntp(NtpTime time) {
  const auto written = static_cast<std::int64_t>(time >> 32);
  const std::int64_t seconds = written + (written < kEra / 2 ? kEra : 0) - kUnixEpoch;
  const std::uint64_t fraction = time & 0xFFFFFFFF;
  auto rest = static_cast<std::int64_t>((fraction * kSecond + kEra / 2) >> 32);
  // Rounded up, the last moment would be written as one 136 years earlier.
  if (written == kEra / 2 - 1) rest = std::min(rest, kSecond - 1);
  return WallTime(microseconds(seconds * kSecond + rest));
}

std::uint32_t to_compact(WallTime time) { return to_compact(to_ntp(time)); }

WallTime expand_compact(std::uint32_t compact, WallTime near) {
  const Split at = split(near);
  const std::int64_t near_units = at.seconds * 65'536 + at.rest * 65'536 / kSecond;
  const std::int64_t units = near_units + distance(to_compact(near), compact);
  // Rounded up, since to_compact() rounds down.
  const std::int64_t rest = ((units & 0xFFFF) * kSecond + 0xFFFF) >> 16;
  return WallTime(microseconds((units >> 16) * kSecond + rest));
}

std::uint32_t to_compact_duration(microseconds duration) {
  constexpr std::uint32_t kLargest = std::numeric_limits<std::uint32_t>::max();
  if (duration < microseconds::zero()) return 0;
  if (duration >= from_compact_duration(kLargest)) return kLargest;
  return static_cast<std::uint32_t>((duration.count() * 65'536 + kSecond / 2) / kSecond);
}

microseconds from_compact_duration(std::uint32_t duration) {
  return microseconds((std::int64_t{duration} * kSecond + 0x8000) >> 16);
}

}  // namespace jpegwire
