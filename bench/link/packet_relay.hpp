#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <thread>

#include "app/descriptor.hpp"
#include "bench/link/delayed_packets.hpp"
#include "bench/link/impairment.hpp"
#include "bench/link/link_settings.hpp"

namespace jpegwire {

/// Carries packets between the two TUN devices of a link (see Linux's tuntap documentation). It
/// delays, reorders and drops packets as the link's settings say, in each direction. Runs on its
/// own thread until it is destroyed.
class PacketRelay {
 public:
  PacketRelay(Descriptor one, Descriptor other, const LinkSettings& link);
  PacketRelay(const PacketRelay&) = delete;
  PacketRelay& operator=(const PacketRelay&) = delete;
  ~PacketRelay();

 private:
  using Device = asio::posix::stream_descriptor;

  /// One direction.
  class Way {
   public:
    Way(Device& from, Device& to, const ImpairmentSettings& settings);
    void do_read();

   private:
    Device& from_;
    Impairment impairment_;
    DelayedPackets delayed_;
    std::array<std::byte, 65536> buffer_;
  };

  asio::io_context io_{1};
  Device one_;
  Device other_;
  Way there_;
  Way back_;
  std::jthread thread_;
};

}  // namespace jpegwire
