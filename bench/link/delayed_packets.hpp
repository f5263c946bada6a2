#pragma once

#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "bench/link/impairment.hpp"

namespace jpegwire {

/// Keeps packets for as long as their impairment delays them, then sends each once. Bound to the
/// io thread.
class DelayedPackets {
 public:
  DelayedPackets(const asio::any_io_executor& executor, std::function<void(Bytes)> send);

  /// Packets without a delay are sent at once. Drops packets, as a router does, while very many are
  /// delayed.
  void add(std::vector<Passed> packets);

  /// Sends all packets, whatever their delay.
  void flush();

  std::uint64_t dropped() const { return dropped_; }

 private:
  using Clock = std::chrono::steady_clock;

  void send_until(Clock::time_point now);
  void do_wait();

  const std::function<void(Bytes)> send_;
  asio::steady_timer timer_;
  std::multimap<Clock::time_point, std::vector<std::byte>> packets_;  // by the time to send them
  std::uint64_t dropped_ = 0;
};

}  // namespace jpegwire
