#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "codec/frame.hpp"
#include "net/framing/size_prefix.hpp"

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

/// A size in front of each JPEG, size 0 at the end (docs/protocol.md).
class SizePrefixProtocol final : public FrameProtocol {
 public:
  explicit SizePrefixProtocol(SizePrefix prefix);

  std::string_view kind() const override { return "tcp"; }
  std::size_t write_head(const EncodedFrame& frame, std::size_t jpeg_size_bytes,
                         std::span<std::byte> out) override;
  std::string_view closing() const override;

 private:
  const SizePrefix prefix_;
  std::array<std::byte, kMaxPrefixSizeBytes> size_zero_{};
};

/// An endless HTTP answer, multipart/x-mixed-replace: each JPEG is a part with its Content-Length.
/// The boundary is sent right after a frame and not with the next one, because browsers show a part
/// only when they have received its end.
class MultipartProtocol final : public FrameProtocol {
 public:
  MultipartProtocol();

  std::string_view kind() const override { return "http"; }
  std::string_view opening() const override { return opening_; }
  std::size_t write_head(const EncodedFrame& frame, std::size_t jpeg_size_bytes,
                         std::span<std::byte> out) override;
  std::string_view tail() const override;

 private:
  std::string opening_;
};

/// The head of the answer alone, for HEAD requests.
std::string multipart_answer_head();

}  // namespace jpegwire
