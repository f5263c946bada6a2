#include "bench/link/packet_relay.hpp"

#include <asio/buffer.hpp>
#include <system_error>
#include <utility>

#include "codec/thread_settings.hpp"

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

}  // namespace

// If the device's queue is full, the packet is lost, as on a real device.
PacketRelay::Way::Way(Device& from, Device& to, const ImpairmentSettings& settings)
    : from_(from), impairment_(settings), delayed_(from.get_executor(), [&to](Bytes packet) {
        std::error_code ignored;
        to.write_some(asio::buffer(packet.data(), packet.size()), ignored);
      }) {}

void PacketRelay::Way::do_read() {
  from_.async_read_some(asio::buffer(buffer_), [this](std::error_code error, std::size_t size) {
    if (error) return;
    delayed_.add(impairment_.pass(Bytes(buffer_).first(size)));
    do_read();
  });
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
