#include "bench/link/delayed_packets.hpp"

#include <system_error>
#include <utility>

namespace jpegwire {
namespace {

constexpr std::size_t kMaxPackets = 100'000;

}  // namespace

DelayedPackets::DelayedPackets(const asio::any_io_executor& executor,
                               std::function<void(Bytes)> send)
    : send_(std::move(send)), timer_(executor) {}

void DelayedPackets::add(std::vector<Passed> packets) {
  const Clock::time_point now = Clock::now();
  for (Passed& packet : packets) {
    if (packets_.size() < kMaxPackets)
      packets_.emplace(now + packet.delay, std::move(packet.bytes));
    else
      ++dropped_;
  }
  send_until(now);
  do_wait();
}

void DelayedPackets::flush() { send_until(Clock::time_point::max()); }

void DelayedPackets::send_until(Clock::time_point now) {
  const auto end = packets_.upper_bound(now);
  for (auto next = packets_.begin(); next != end; next = packets_.erase(next)) send_(next->second);
}

void DelayedPackets::do_wait() {
  if (packets_.empty() || packets_.begin()->first == timer_.expiry()) return;
  timer_.expires_at(packets_.begin()->first);
  timer_.async_wait([this](std::error_code error) {
    if (error) return;
    send_until(Clock::now());
    do_wait();
  });
}

}  // namespace jpegwire
