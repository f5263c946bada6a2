#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/frame.hpp"
#include "net/stream/band_feed.hpp"
#include "net/stream/frame_reads.hpp"
#include "net/stream/frame_stamp.hpp"

namespace jpegwire {

/// A frame as it came over the network, and how it came. Times are steady_now()'s. Until the feed
/// is closed only the layout's header and size, the stamp, the first byte's time and the clock are
/// there for other threads than the io thread.
struct ReceivedFrame {
  EncodedFrame jpeg;                // storage[0] holds the bytes as received
  std::optional<FrameStamp> stamp;  // which the layout leaves out
  WallTime first_byte{};            // when the first byte of its prefix was there
  WallTime last_byte{};             // when it was whole
  std::size_t came_bytes = 0;       // of an incomplete one less than it has
  std::uint32_t reads = 0;          // calls of recv that brought a part of it, its prefix included
  FrameReads arrival;               // these, where the stream's user asked for them
  std::optional<microseconds> sender_ahead;  // the sender's clock less ours, where it is known
  BandFeed bands;

  Bytes bytes() const { return jpeg.storage.front(); }

  /// When it was taken, as steady_now() tells it; nothing without a stamp or before the first echo.
  std::optional<WallTime> capture_time() const {
    if (!stamp || !sender_ahead) return std::nullopt;
    return stamp->capture_time - *sender_ahead;
  }
};

}  // namespace jpegwire
