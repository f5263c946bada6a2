#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "codec/time.hpp"

namespace jpegwire {

/// The impairments of a simulated network, in each direction.
struct LinkSettings {
  std::uint64_t bits_per_second = 0;  // 0: unlimited
  microseconds delay{0};              // in one direction
  double loss = 0;                    // share of lost packets, 0 to 0.9
  double reorder = 0;                 // share of packets that later ones overtake, 0 to 0.9

  /// Whether the link needs more than a queue of the kernel.
  bool needs_relay() const { return delay.count() > 0 || loss > 0 || reorder > 0; }
};

/// Parses "20mbit,delay=20ms,loss=1%,reorder=0.5%". Each word is optional; the rate has the units
/// of tc(8). Throws std::invalid_argument with a message for the user.
LinkSettings parse_link(const std::string& text);

}  // namespace jpegwire
