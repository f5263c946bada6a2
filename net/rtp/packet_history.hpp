#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/rtp/jpeg_packetizer.hpp"
#include "net/stream/frame_sink.hpp"

namespace jpegwire {

/// A frame and its packets, which view it.
struct SentFrame {
  FramePtr frame;
  std::vector<OutgoingPacket> packets;
  std::vector<std::uint8_t> times_resent;
  WallTime begun{};
};

/// The packets of the current frame and of the frames before it, for receivers that request them
/// again. Frames are held, not copied. Bound to one thread.
class PacketHistory {
 public:
  /// Keeps this number of frames, including the current one.
  explicit PacketHistory(std::size_t frames) : frames_(frames) {}

  /// Replaces the oldest frame with a new current one; the caller adds its packets.
  SentFrame& begin(FramePtr frame, WallTime now);

  SentFrame& current() { return frames_[current_]; }

  /// A packet to send again; null if it is unknown, too old to be useful, or was requested too
  /// often. So no receiver can make the sender repeat everything without limit.
  const OutgoingPacket* find_again(std::uint16_t sequence, WallTime now);

 private:
  std::vector<SentFrame> frames_;
  std::size_t current_ = 0;
};

}  // namespace jpegwire
