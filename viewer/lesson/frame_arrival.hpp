#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// How one frame arrived, and which of its bytes hold which of its rows.
struct FrameArrival {
  struct BandPlace {
    int top = 0;          // pixels
    int height = 0;       // likewise
    std::size_t end = 0;  // of its bytes, in the frame with its prefix
  };

  std::uint64_t sequence = 0;  // from the stamp, or counted
  std::size_t size = 0;        // bytes of the JPEG
  std::size_t prefix = 0;      // bytes in front of it
  FrameReads reads;
  int width = 0;                 // pixels
  int height = 0;                // likewise
  std::vector<BandPlace> bands;  // from top to bottom

  /// Bytes of the JPEG in the first read if that read began with the frame; else 0.
  std::size_t size_of_one_read() const;

  /// Why a reader that treats one read as a frame gets this frame wrong, in one sentence; empty if
  /// it gets it right.
  std::string naive_mistake() const;
};

/// Fills `arrival` for a complete frame whose reads were recorded. Allocates nothing once `arrival`
/// has grown. `count` is the sequence number of a frame without a stamp.
void describe_arrival(const ReceivedFrame& frame, std::uint64_t count, FrameArrival& arrival);

}  // namespace jpegwire
