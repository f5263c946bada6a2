#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// How one frame arrived, and which of its bytes are which of its rows. It owns all that it tells.
struct FrameArrival {
  struct BandPlace {
    int top = 0;          // pixels
    int height = 0;       // likewise
    std::size_t end = 0;  // of its bytes, in the frame with its prefix
  };

  std::uint64_t sequence = 0;  // of the stamp, or counted
  std::size_t size = 0;        // bytes of the JPEG
  std::size_t prefix = 0;      // bytes in front of it
  FrameReads reads;
  int width = 0;                 // pixels
  int height = 0;                // likewise
  std::vector<BandPlace> bands;  // from top to bottom

  /// Bytes of the JPEG that the first read brought, where it began with the frame; else none.
  std::size_t size_of_one_read() const;

  /// What it looks like to a reader that takes one read for a frame: why it gets it wrong in one
  /// sentence; empty where it is right.
  std::string naive_mistake() const;
};

/// Tells of a whole frame whose reads were recorded. Takes nothing from the heap once `arrival` has
/// grown. `count` stands for the sequence number of a frame without a stamp.
void describe_arrival(const ReceivedFrame& frame, std::uint64_t count, FrameArrival& arrival);

}  // namespace jpegwire
