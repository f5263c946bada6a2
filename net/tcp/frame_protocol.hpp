#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "codec/frame.hpp"

namespace jpegwire {

/// What one connection writes before and after each frame, and what it accepts from its peer: over
/// TCP a size prefix, and reports; over HTTP the header fields of a part, and nothing. The JPEG
/// itself is the same for all. It belongs to its connection; bound to the io thread.
class FrameProtocol {
 public:
  FrameProtocol() = default;
  FrameProtocol(const FrameProtocol&) = delete;
  FrameProtocol& operator=(const FrameProtocol&) = delete;
  virtual ~FrameProtocol() = default;

  /// "tcp" or "http", as the statistics name it.
  virtual std::string_view kind() const = 0;

  /// Written before the first frame. This view and those below stay valid.
  virtual std::string_view opening() const { return {}; }

  static constexpr std::size_t kMaxHeadSizeBytes = 128;

  /// Writes the header of a JPEG of this size, at most kMaxHeadSizeBytes; returns the size of the
  /// header.
  virtual std::size_t write_head(const EncodedFrame& frame, std::size_t jpeg_size_bytes,
                                 std::span<std::byte> out) = 0;

  /// Written after each frame.
  virtual std::string_view tail() const { return {}; }

  /// Written after the tail of the last frame.
  virtual std::string_view closing() const { return {}; }
};

}  // namespace jpegwire
