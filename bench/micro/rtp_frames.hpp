#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "codec/bytes.hpp"
#include "net/rtp/jpeg_reassembler.hpp"
#include "test_frames.hpp"

namespace jpegwire::bench {

inline std::vector<std::vector<std::byte>> datagrams_of(const EncodedFrame& frame) {
  JpegPacketizer packetizer({});
  std::vector<OutgoingPacket> packets;
  cut(packetizer, frame, packets);
  std::vector<std::vector<std::byte>> datagrams;
  for (const OutgoingPacket& packet : packets) {
    auto& datagram = datagrams.emplace_back(packet.head().begin(), packet.head().end());
    datagram.insert(datagram.end(), packet.data.begin(), packet.data.end());
  }
  return datagrams;
}

/// Turns the packet into one of a later frame.
inline void renumber(std::vector<std::byte>& datagram, std::int64_t sequence,
                     std::uint32_t timestamp) {
  put_big_endian(std::span(datagram).subspan(2), static_cast<std::uint16_t>(sequence));
  put_big_endian(std::span(datagram).subspan(4), timestamp);
}

/// Reassembles the same frame repeatedly, each time as the next frame of a stream.
class FrameReassembly {
 public:
  void add_frame() {
    timestamp_ += 3000;
    now_ += microseconds(33'333);
    for (std::vector<std::byte>& datagram : datagrams_) {
      renumber(datagram, sequence_, timestamp_);
      reassembler_.add(*parse_rtp(datagram), sequence_++, now_, 0);
    }
  }

  std::int64_t whole() const { return counter_.whole; }

 private:
  /// Requests the bands of the frames, as a viewer does. Counts the frames and releases them.
  struct FrameCounter final : FrameObserver {
    bool frame_begun(const std::shared_ptr<const IncomingFrame>&) override { return true; }
    void frame_received(std::shared_ptr<ReceivedFrame>) override { ++whole; }

    std::int64_t whole = 0;
  };

  std::vector<std::vector<std::byte>> datagrams_ = datagrams_of(*still_frame());
  FrameCounter counter_;
  JpegReassembler reassembler_{{.max_frame_bytes = 8 << 20}, counter_};
  std::int64_t sequence_ = 0;
  std::uint32_t timestamp_ = 0;
  WallTime now_{};
};

}  // namespace jpegwire::bench
