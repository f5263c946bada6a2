#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "codec/frame.hpp"

namespace jpegwire {

/// What one connection writes around its frames, and what it takes from its peer: a size prefix and
/// reports over TCP, a part's header fields and nothing over HTTP. The JPEG between them is the
/// same for all. It belongs to its connection; bound to the io thread.
class FrameProtocol {
 public:
  FrameProtocol() = default;
  FrameProtocol(const FrameProtocol&) = delete;
  FrameProtocol& operator=(const FrameProtocol&) = delete;
  virtual ~FrameProtocol() = default;

  /// "tcp" or "http", as the statistics name it.
  virtual std::string_view kind() const = 0;

  /// Goes out before the first frame; the view stays valid, as those below do.
  virtual std::string_view opening() const { return {}; }

  static constexpr std::size_t kMaxHeadSizeBytes = 128;

  /// Writes what stands in front of a JPEG of so many bytes, at most kMaxHeadSizeBytes; gives the
  /// size of it.
  virtual std::size_t write_head(const EncodedFrame& frame, std::size_t jpeg_size_bytes,
                                 std::span<std::byte> out) = 0;

  /// Goes out behind each frame.
  virtual std::string_view tail() const { return {}; }

  /// Goes out behind the last frame's tail.
  virtual std::string_view closing() const { return {}; }
};

}  // namespace jpegwire
