#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "codec/time.hpp"

namespace jpegwire {

/// The rate of a link from a moment on.
struct RateStep {
  microseconds begin{0};  // after the beginning of the measurement
  std::uint64_t bits_per_second = 0;

  bool operator==(const RateStep&) const = default;
};

/// The impairments of a simulated network, in each direction.
struct LinkSettings {
  std::vector<RateStep> rates{};  // in order, the first from 0 on; empty: unlimited
  microseconds delay{0};          // in one direction
  double loss = 0;                // share of lost packets, 0 to 0.9
  double reorder = 0;             // share of packets that later ones overtake, 0 to 0.9

  /// Whether the rate changes during the measurement.
  bool has_schedule() const { return rates.size() > 1; }

  /// Whether the link needs more than a queue of the kernel.
  bool needs_relay() const { return delay.count() > 0 || loss > 0 || reorder > 0; }
};

/// Parses "20mbit,delay=20ms,loss=1%,reorder=0.5%". Each word is optional; the rate has the units
/// of tc(8). Rates with times, "20mbit@0s,5mbit@8s,20mbit@16s", are a schedule. Throws
/// std::invalid_argument with a message for the user.
LinkSettings parse_link(const std::string& text);

}  // namespace jpegwire
