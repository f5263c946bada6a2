#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/frame.hpp"
#include "net/stream/frame_reads.hpp"
#include "net/stream/frame_stamp.hpp"

namespace jpegwire {

/// What is known of a frame before all of it is there. Times are steady_now()'s.
struct FrameOrigin {
  std::optional<FrameStamp> stamp;           // nothing if the sender writes none
  WallTime first_byte{};                     // arrival of its first byte, the prefix included
  std::optional<microseconds> sender_ahead;  // the sender's clock minus ours; nothing if unknown

  /// The sender shows a card, because its source gives no pictures.
  bool is_card() const { return stamp && stamp->no_signal; }

  /// The capture time on steady_now()'s clock; nothing without a stamp or before the first echo.
  std::optional<WallTime> capture_time() const {
    if (!stamp || !sender_ahead) return std::nullopt;
    return stamp->capture_time - *sender_ahead;
  }
};

/// A whole, validated frame and how it arrived. Its receiver publishes it once
/// (FrameObserver::frame_received) and does not change it afterwards.
struct ReceivedFrame : FrameOrigin {
  EncodedFrame jpeg;        // with the stamp
  WallTime last_byte{};     // arrival of its last byte
  std::uint32_t reads = 0;  // calls of recv that returned a part of it, its prefix included
  FrameReads arrival;       // these reads, if the stream's user asked for them
  bool was_begun = false;   // its bands were handed out before (FrameObserver::frame_begun)

  /// The bytes as they were received.
  Bytes bytes() const { return jpeg.storage.front(); }

  /// The same, or if they were no valid JPEG, their repaired copy.
  Bytes valid_bytes() const { return jpeg.storage.back(); }
};

}  // namespace jpegwire
