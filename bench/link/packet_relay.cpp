#include "bench/link/packet_relay.hpp"

#include <asio/buffer.hpp>
#include <system_error>
#include <utility>

#include "codec/thread_name.hpp"

namespace jpegwire {
namespace {

ImpairmentSettings settings_of(const LinkSettings& link, unsigned seed) {
  ImpairmentSettings settings;
  settings.drop = link.loss;
  settings.reorder = link.reorder;
  settings.reorder_depth = 3;
  settings.delay = link.delay;
  settings.seed = seed;
  return settings;
}

void give(asio::posix::stream_descriptor& device, Descriptor& descriptor) {
  device.assign(descriptor.number());
  descriptor.release();
  device.non_blocking(true);
}

/// Further packets are dropped, as in a router.
constexpr std::size_t kMaxPackets = 100'000;

}  // namespace

PacketRelay::Way::Way(Device& from, Device& to, const ImpairmentSettings& settings)
    : from_(from), to_(to), timer_(from.get_executor()), impairment_(settings) {}

void PacketRelay::Way::do_read() {
  from_.async_read_some(asio::buffer(buffer_), [this](std::error_code error, std::size_t size) {
    if (error) return;
    const Clock::time_point now = Clock::now();
    for (Passed& packet : impairment_.pass(Bytes(buffer_).first(size)))
      if (delayed_.size() < kMaxPackets)
        delayed_.emplace(now + packet.delay, std::move(packet.bytes));
    write_until(now);
    do_wait();
    do_read();
  });
}

void PacketRelay::Way::do_wait() {
  if (delayed_.empty()) return;
  timer_.expires_at(delayed_.begin()->first);
  timer_.async_wait([this](std::error_code error) {
    if (error) return;
    write_until(Clock::now());
    do_wait();
  });
}

// If the device's queue is full, the packet is lost, as on a real device.
void PacketRelay::Way::write_until(Clock::time_point now) {
  const auto end = delayed_.upper_bound(now);
  for (auto next = delayed_.begin(); next != end; next = delayed_.erase(next)) {
    std::error_code ignored;
    to_.write_some(asio::buffer(next->second), ignored);
  }
}

PacketRelay::PacketRelay(Descriptor one, Descriptor other, const LinkSettings& link)
    : one_(io_),
      other_(io_),
      there_(one_, other_, settings_of(link, 1)),
      back_(other_, one_, settings_of(link, 2)) {
  give(one_, one);
  give(other_, other);
  there_.do_read();
  back_.do_read();
  thread_ = std::jthread([this] {
    name_this_thread("link");
    io_.run();
  });
}

PacketRelay::~PacketRelay() { io_.stop(); }

}  // namespace jpegwire
