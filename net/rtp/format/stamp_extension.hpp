#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "net/rtp/format/packet.hpp"
#include "net/stream/frame_stamp.hpp"

namespace jpegwire {

/// The stamp in an RTP header extension (RFC 8285, section 4.3), which other players skip: a
/// two-byte-header element with version 1, flags, and the stamp's fields (docs/protocol.md).
struct StampExtension {
  FrameStamp stamp;
  bool answers_nacks = false;  // whether the sender sends packets again (RFC 4585)
};

/// The element's ID if no SDP says otherwise.
inline constexpr int kStampExtensionId = 1;

/// The size of the whole extension, a multiple of four.
inline constexpr std::size_t kStampExtensionSizeBytes = 4 + 2 + 2 + kStampFieldsSizeBytes;

void write_stamp_extension(const StampExtension& extension,
                           std::span<std::byte, kStampExtensionSizeBytes> out);

/// Finds the element among others; nothing if there is none of our version.
std::optional<StampExtension> read_stamp_extension(const RtpPacket& packet,
                                                   int id = kStampExtensionId);

}  // namespace jpegwire
