#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/time.hpp"

namespace jpegwire {

/// The packets that a receiver lacks and may ask for again (RFC 4585, section 6.2.1). Numbers are
/// extended sequence numbers. Bounded; bound to one thread.
class MissingPackets {
 public:
  /// The packets [first, behind) were passed by. Those that are only late have a moment to come.
  void skipped(std::int64_t first, std::int64_t behind, WallTime now);

  /// Whether this one was asked for; it is missing no more.
  bool came(std::int64_t number);

  /// Nothing before this number is of use any more.
  void forget_before(std::int64_t number);

  /// Those to ask for now, in ascending order, valid until the next call; each is asked for again,
  /// a few times, when `patience` is over.
  std::span<const std::uint16_t> due(WallTime now, microseconds patience);

  /// When there will be something to ask for.
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
