#pragma once

#include <array>
#include <cstdint>

#include "codec/time.hpp"

namespace jpegwire {

/// How much forward error correction the receivers' reports call for. None while there is no loss,
/// since it would only load the link. Bound to one thread.
class FecPolicy {
 public:
  /// How long a report counts.
  static constexpr microseconds kMemory = std::chrono::seconds(10);

  FecPolicy() { last_reported_.fill(WallTime::min()); }

  /// A receiver reports the loss of `fraction_lost` / 256 of the packets (RFC 3550, section 6.4.1).
  void report(std::uint8_t fraction_lost, WallTime now);

  /// Repair packets in percent of the packets: 0 if the reports of the last 10 s show no loss,
  /// otherwise three times the worst percentage plus 5, rounded up, from 10 to 50.
  int percent(WallTime now) const;

 private:
  std::array<WallTime, 256> last_reported_;  // by fraction lost
};

}  // namespace jpegwire
