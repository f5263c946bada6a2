#include "net/rtp/format/ntp_time.hpp"

#include <catch2/catch.hpp>
#include <random>

namespace jpegwire::ntp_time_test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::int64_t kTurn = 2'085'978'496;  // 2036-02-07 06:28:16, where NTP's seconds wrap

WallTime at(std::int64_t unix_seconds, std::int64_t rest = 0) {
  return WallTime(seconds(unix_seconds) + microseconds(rest));
}

TEST_CASE("NTP time is seconds since 1900 in 32 bits and their fraction in 32 bits") {
  CHECK(to_ntp(at(0)) == 0x83AA7E80'00000000);
  CHECK(to_ntp(at(1'700'000'000)) == 0xE8FE6F80'00000000);
  CHECK(to_ntp(at(1'700'000'000, 250'000)) == 0xE8FE6F80'40000000);
  CHECK(to_ntp(at(0, 1)) == 0x83AA7E80'000010C6);
  CHECK(to_ntp(at(0, 999'999)) == 0x83AA7E80'FFFFEF39);
  CHECK(to_ntp(at(0, -250'000)) == 0x83AA7E7F'C0000000);
  CHECK(to_ntp(at(kTurn, -1)) >> 32 == 0xFFFFFFFF);
  CHECK(to_ntp(at(kTurn)) == 0);
  CHECK(to_ntp(at(kTurn + 1)) == 0x00000001'00000000);
}

TEST_CASE("a time survives the conversion to NTP and back") {
  const auto second = GENERATE(std::int64_t{0}, -1, 1'700'000'000, kTurn - 1, kTurn, 4'000'000'000);
  for (const std::int64_t rest : {0, 1, 2, 333'333, 499'999, 500'000, 999'998, 999'999})
    CHECK(from_ntp(to_ntp(at(second, rest))) == at(second, rest));
  std::mt19937 random(7);
  for (int i = 0; i < 10'000; ++i) {
    const WallTime time = at(second, random() % 1'000'000);
    REQUIRE(from_ntp(to_ntp(time)) == time);
  }
}

TEST_CASE("a fraction of nearly a second is rounded up to the next second") {
  CHECK(from_ntp(0xE8FE6F80'FFFFFFFF) == at(1'700'000'001));
  CHECK(from_ntp(0xFFFFFFFF'FFFFFFFF) == at(kTurn));
}

TEST_CASE("any NTP time that was read survives being written and read again") {
  std::mt19937_64 random(5);
  const auto check = [](NtpTime time) {
    CAPTURE(time);
    CHECK(from_ntp(to_ntp(from_ntp(time))) == from_ntp(time));
  };
  for (const NtpTime second : {0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU, 0U, 0xE8FE6F80U})
    for (const NtpTime fraction : {0U, 1U, 0x7FFFFFFFU, 0xFFFFEF39U, 0xFFFFFFFFU})
      check(second << 32 | fraction);
  for (int i = 0; i < 10'000; ++i) check(random());
}

TEST_CASE("the compact form is the middle 32 bits") {
  CHECK(to_compact(NtpTime{0x0123456789ABCDEF}) == 0x456789AB);
  CHECK(to_compact(at(1'700'000'000, 250'000)) == 0x6F804000);
}

TEST_CASE("a compact time is expanded to the nearest time") {
  const WallTime now = at(GENERATE(std::int64_t{1'700'000'000}, kTurn, 3, -3), 123'456);
  CAPTURE(now.time_since_epoch().count());
  for (const std::int64_t apart : {0, 1, -1, 15, 16, -16, 1'000'000, -59'000'000}) {
    const WallTime time = now + microseconds(apart);
    const WallTime expanded = expand_compact(to_compact(time), now);
    CHECK(expanded <= time);
    CHECK(expanded > time - microseconds(16));
    CHECK(to_compact(expanded) == to_compact(time));
  }
  for (const auto apart : {hours(9), -hours(9)}) {
    const auto error = expand_compact(to_compact(now + apart), now) - (now + apart);
    CHECK(std::chrono::abs(error) < microseconds(16));
  }
  // Half of the 18 hours is 9:06:08; what is farther away is nearer the other way round.
  const seconds wrap(65'536);
  const auto error = expand_compact(to_compact(now + hours(10)), now) - (now + hours(10) - wrap);
  CHECK(std::chrono::abs(error) < microseconds(16));
}

TEST_CASE("any compact time survives being expanded") {
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    const auto compact = static_cast<std::uint32_t>(random());
    const WallTime now = at(random(), random() % 1'000'000);
    const WallTime expanded = expand_compact(compact, now);
    REQUIRE(to_compact(expanded) == compact);
    REQUIRE(std::chrono::abs(expanded - now) <= seconds(32'768) + microseconds(16));
  }
}

TEST_CASE("durations are converted to 1/65536 s and clamped") {
  CHECK(to_compact_duration(microseconds(0)) == 0);
  CHECK(to_compact_duration(seconds(1)) == 65'536);
  CHECK(to_compact_duration(microseconds(1'500'000)) == 0x18000);
  CHECK(to_compact_duration(microseconds(7)) == 0);
  CHECK(to_compact_duration(microseconds(8)) == 1);
  CHECK(to_compact_duration(microseconds(-1)) == 0);
  CHECK(to_compact_duration(seconds(65'535)) == 0xFFFF0000);
  CHECK(to_compact_duration(seconds(65'536)) == 0xFFFFFFFF);
  CHECK(to_compact_duration(microseconds::max()) == 0xFFFFFFFF);
  CHECK(to_compact_duration(microseconds::min()) == 0);
  CHECK(from_compact_duration(0) == microseconds(0));
  CHECK(from_compact_duration(0x18000) == microseconds(1'500'000));
  CHECK(from_compact_duration(1) == microseconds(15));
  for (const std::uint32_t duration : {1U, 2U, 3U, 65'537U, 0x7FFFFFFFU, 0xFFFFFFFEU, 0xFFFFFFFFU})
    CHECK(to_compact_duration(from_compact_duration(duration)) == duration);
}

}  // namespace
}  // namespace jpegwire::ntp_time_test
