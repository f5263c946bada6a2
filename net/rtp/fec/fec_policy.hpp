#pragma once

#include <array>
#include <cstdint>

#include "codec/time.hpp"

namespace jpegwire {

/// How much forward error correction the receivers' reports call for. Nothing while nobody loses
/// anything: then it would only take up the link. Bound to one thread.
class FecPolicy {
 public:
  /// For how long a report counts.
  static constexpr microseconds kMemory = std::chrono::seconds(10);

  FecPolicy() { last_reported_.fill(WallTime::min()); }

  /// A receiver reports that it lost `fraction_lost` / 256 of the packets (RFC 3550,
  /// section 6.4.1).
  void report(std::uint8_t fraction_lost, WallTime now);

  /// Repair datagrams in percent of the packets: 0 where the reports of the last 10 s tell of no
  /// loss, otherwise three times the worst one's percentage and 5 more, rounded up, 10 to 50.
  int percent(WallTime now) const;

 private:
  std::array<WallTime, 256> last_reported_;  // by fraction lost
};

}  // namespace jpegwire
