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

/// The impairments of a network; by default none. Shares are from 0 to 1: `drop` and `burst` of all
/// datagrams, the others of the datagrams that are not lost.
struct ImpairmentSettings {
  double drop = 0;        // single losses
  double burst = 0;       // losses in bursts, up to 0.5; `drop` applies to the rest
  int burst_length = 1;   // bursts lose 1 to this many, evenly distributed; then one passes
  double duplicate = 0;   // the impairments below apply to each copy separately
  double reorder = 0;     // held back until some later datagrams have arrived
  int reorder_depth = 1;  // 1 to this many, evenly distributed
  std::chrono::microseconds delay{0};
  std::chrono::microseconds jitter{0};  // 0 to this much, evenly distributed, is added to the delay
  double corrupt = 0;                   // one bit is flipped
  double truncate = 0;                  // 1 to all bytes are cut off at the end
  unsigned seed = 1;
};

/// The number of each impairment so far.
struct ImpairmentCounts {
  std::uint64_t dropped = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t truncated = 0;
};

/// An output datagram, and its delay after the call that returned it.
struct Passed {
  std::vector<std::byte> bytes;
  std::chrono::microseconds delay{0};
};

/// An impaired path from one place to another, without clock and socket: the same settings and
/// datagrams give the same results on every machine. pass() or flush() returns each datagram that
/// is not lost once, or twice if it was duplicated. Bound to one thread.
class Impairment {
 public:
  explicit Impairment(const ImpairmentSettings& settings)
      : settings_(settings), random_(settings.seed) {}

  /// The datagrams that come out, in order, after this datagram has arrived.
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

  /// Returns the datagrams that are still held back.
  std::vector<Passed> flush() {
    std::vector<Passed> passed;
    for (Held& held : std::exchange(held_, {})) passed.push_back(std::move(held.datagram));
    return passed;
  }

  const ImpairmentCounts& counts() const { return counts_; }

 private:
  struct Held {
    std::uint64_t until;  // number of arrivals at which the datagram is released
    Passed datagram;
  };

  // Results of the standard distributions differ between libraries.
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

  // A passing datagram begins a burst with this probability p. On average 1/p datagrams pass
  // between two bursts, and a burst has m datagrams, so the lost share is m / (m + 1/p).
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
  std::uint64_t arrived_ = 0;  // datagrams that were not lost
  std::uint64_t burst_left_ = 0;
  bool is_spared_ = false;
  std::vector<Held> held_;
};

}  // namespace jpegwire
