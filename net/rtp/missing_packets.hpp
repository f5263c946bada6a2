#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/time.hpp"

namespace jpegwire {

/// The packets that a receiver lacks and may request again (RFC 4585, section 6.2.1), by their
/// extended sequence numbers. Bounded; bound to one thread.
class MissingPackets {
 public:
  /// The packets [first, end) were skipped. They are due after a moment, since they may only be
  /// late.
  void skipped(std::int64_t first, std::int64_t end, WallTime now);

  /// The packet is no longer missing. True if it was requested.
  bool arrived(std::int64_t number);

  /// Packets before this number are of no more use.
  void forget_before(std::int64_t number);

  /// The packets to request now, ascending, valid until the next call. Each is due again after
  /// `timeout`, a few times.
  std::span<const std::uint16_t> due(WallTime now, microseconds timeout);

  /// When the next packet is due.
  std::optional<WallTime> next_due() const;

  void clear() { missing_.clear(); }

 private:
  struct Missing {
    std::int64_t number = 0;
    WallTime due{};
    int requests = 0;
  };

  std::vector<Missing> missing_;  // ascending
  std::vector<std::uint16_t> due_;
};

}  // namespace jpegwire
