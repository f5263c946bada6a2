#pragma once

#include <array>

#include "net/framing/size_prefix.hpp"
#include "net/tcp/frame_protocol.hpp"

namespace jpegwire {

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

}  // namespace jpegwire
