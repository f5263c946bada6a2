#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/rtp/jpeg_packetizer.hpp"
#include "net/stream/frame_sink.hpp"

namespace jpegwire {

/// A frame cut into packets, which view it.
struct SentFrame {
  FramePtr frame;
  std::vector<OutgoingPacket> packets;
  std::vector<std::uint8_t> times_resent;
  WallTime begun{};
};

/// The packets of the frame that is being sent and of those just before it, for who asks for them
/// again. Frames are held, nothing is copied. Bound to one thread.
class PacketHistory {
 public:
  /// Keeps so many frames, the current one among them.
  explicit PacketHistory(std::size_t frames) : frames_(frames) {}

  /// Lets the oldest go for a new current one, whose packets are the caller's to add.
  SentFrame& begin(FramePtr frame, WallTime now);

  SentFrame& current() { return frames_[current_]; }

  /// A packet to send again; null where it is not known, is too old to be of use, or was asked for
  /// too often: whoever asks for everything all the time must not get it.
  const OutgoingPacket* find_again(std::uint16_t sequence, WallTime now);

 private:
  std::vector<SentFrame> frames_;
  std::size_t current_ = 0;
};

}  // namespace jpegwire
