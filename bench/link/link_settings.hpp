#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "codec/time.hpp"

namespace jpegwire {

/// What a bad network does to what goes from one machine to another, in each direction.
struct LinkSettings {
  std::uint64_t bits_per_second = 0;  // 0: as many as there are
  microseconds delay{0};              // on one way
  double loss = 0;                    // the share of packets that do not arrive
  double reorder = 0;                 // the share that later ones overtake

  /// Whether it does what a queue of the kernel alone cannot.
  bool needs_relay() const { return delay.count() > 0 || loss > 0 || reorder > 0; }
};

/// "20mbit,delay=20ms,loss=1%,reorder=0.5%", each word where it is wanted, the rate as tc(8) writes
/// it. Throws std::invalid_argument with a sentence.
LinkSettings parse_link(const std::string& text);

}  // namespace jpegwire
