#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "net/rtp/fec/fec_encoder.hpp"
#include "net/rtp/jpeg_packetizer.hpp"

namespace jpegwire {

/// Makes the repair packets of frames. A frame's packets are divided into blocks of whole bands
/// with about the same size: small enough to be coded fast, large enough that a burst of losses is
/// a small part of one. Has no sockets; bound to one thread.
class RepairBlocks {
 public:
  /// Begins a frame with this number of bands. With 0 percent it is not protected.
  void begin_frame(int percent, std::size_t bands);

  /// Takes the frame's next packet and returns the repair packets of the block that it ends; none
  /// if the block continues. They are valid until the next call.
  std::span<const Bytes> add(const OutgoingPacket& packet);

  /// Ends the open block and returns its repair packets, valid until the next call.
  std::span<const Bytes> end_frame();

 private:
  std::span<const Bytes> end_block();

  FecEncoder encoder_;
  int percent_ = 0;
  std::int64_t sequence_ = 0;  // extended
  std::size_t bands_per_block_ = 1;
  std::size_t bands_in_block_ = 0;
  std::size_t packets_ = 0;           // of this frame
  std::size_t previous_packets_ = 0;  // of the previous frame
};

}  // namespace jpegwire
