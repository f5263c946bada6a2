#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "codec/frame.hpp"

namespace jpegwire {

/// What a network does to datagrams: nothing, unless it is set. Shares are from 0 to 1: drop and
/// burst of what comes in, the others of what is not lost.
struct ImpairmentSettings {
  double drop = 0;        // lost one by one
  double burst = 0;       // lost in bursts, up to 0.5; drop takes its share of the rest
  int burst_length = 1;   // each burst is 1 to so many datagrams, evenly; then one is spared
  double duplicate = 0;   // what follows meets each copy by itself
  double reorder = 0;     // held back until some later ones have come that are not lost
  int reorder_depth = 1;  // 1 to so many of them, evenly
  std::chrono::microseconds delay{0};
  std::chrono::microseconds jitter{0};  // 0 to so much on top of the delay, evenly
  double corrupt = 0;                   // one bit is flipped
  double truncate = 0;                  // loses 1 byte to all of them at its end
  unsigned seed = 1;
};

/// How often each of it has happened.
struct ImpairmentCounts {
  std::uint64_t dropped = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t truncated = 0;
};

/// A datagram that comes out, and how long after the call that gave it.
struct Passed {
  std::vector<std::byte> bytes;
  std::chrono::microseconds delay{0};
};

/// An impaired way from one place to another. It has no clock and no socket: the same settings and
/// datagrams give the same on every machine. Every datagram that is not lost comes out of pass() or
/// flush() once, or twice where it was duplicated. Bound to one thread.
class Impairment {
 public:
  explicit Impairment(const ImpairmentSettings& settings)
      : settings_(settings), random_(settings.seed) {}

  /// What comes out when this datagram goes in, in this order.
  std::vector<Passed> pass(Bytes datagram) {
    std::vector<Passed> passed;
    if (is_lost()) {
      ++counts_.dropped;
      return passed;
    }
    ++arrived_;
    if (counted(happens(settings_.duplicate), counts_.duplicated)) let_through(datagram, passed);
    let_through(datagram, passed);
    release(passed);
    return passed;
  }

  /// What is still held back.
  std::vector<Passed> flush() {
    std::vector<Passed> passed;
    for (Held& held : std::exchange(held_, {})) passed.push_back(std::move(held.datagram));
    return passed;
  }

  const ImpairmentCounts& counts() const { return counts_; }

 private:
  struct Held {
    std::uint64_t until;  // so many have arrived
    Passed datagram;
  };

  // The standard's distributions give other numbers with another library.
  bool happens(double share) { return static_cast<double>(random_() >> 11) * 0x1p-53 < share; }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::uint64_t from_one_to(int most) { return 1 + below(static_cast<std::uint64_t>(most)); }

  static bool counted(bool happened, std::uint64_t& count) {
    if (happened) ++count;
    return happened;
  }

  bool is_lost() {
    const bool in_burst = is_in_burst();
    return happens(settings_.drop) || in_burst;
  }

  bool is_in_burst() {
    if (burst_left_ == 0 && !is_spared_ && happens(burst_start())) burst_left_ = next_burst();
    is_spared_ = burst_left_ == 1;
    if (burst_left_ == 0) return false;
    --burst_left_;
    return true;
  }

  std::uint64_t next_burst() { return from_one_to(settings_.burst_length); }

  // One that passes begins a burst with this probability p: as 1/p of them pass from one burst to
  // the next, and a burst is m long in the mean, the share of the lost is m / (m + 1/p).
  double burst_start() const {
    const double mean_length = (1 + settings_.burst_length) / 2.0;
    return settings_.burst / (mean_length * (1 - settings_.burst));
  }

  void let_through(Bytes datagram, std::vector<Passed>& passed) {
    Passed copy{{datagram.begin(), datagram.end()}, delay()};
    corrupt(copy.bytes);
    truncate(copy.bytes);
    if (counted(happens(settings_.reorder), counts_.reordered))
      held_.push_back({arrived_ + from_one_to(settings_.reorder_depth), std::move(copy)});
    else
      passed.push_back(std::move(copy));
  }

  std::chrono::microseconds delay() {
    const auto most = static_cast<std::uint64_t>(settings_.jitter.count());
    return settings_.delay + std::chrono::microseconds(below(most + 1));
  }

  void corrupt(std::vector<std::byte>& bytes) {
    if (!happens(settings_.corrupt) || bytes.empty()) return;
    ++counts_.corrupted;
    const std::uint64_t bit = below(8 * bytes.size());
    bytes[bit / 8] ^= std::byte{1} << bit % 8;
  }

  void truncate(std::vector<std::byte>& bytes) {
    if (!happens(settings_.truncate) || bytes.empty()) return;
    ++counts_.truncated;
    bytes.resize(below(bytes.size()));
  }

  void release(std::vector<Passed>& passed) {
    const auto is_due = [this](const Held& held) { return held.until <= arrived_; };
    for (Held& held : held_)
      if (is_due(held)) passed.push_back(std::move(held.datagram));
    std::erase_if(held_, is_due);
  }

  ImpairmentSettings settings_;
  std::mt19937_64 random_;
  ImpairmentCounts counts_;
  std::uint64_t arrived_ = 0;  // those that were not lost
  std::uint64_t burst_left_ = 0;
  bool is_spared_ = false;
  std::vector<Held> held_;
};

}  // namespace jpegwire
