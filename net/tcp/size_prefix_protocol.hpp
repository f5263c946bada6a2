#pragma once

#include <array>

#include "net/framing/size_prefix.hpp"
#include "net/tcp/frame_protocol.hpp"
#include "net/viewer_report.hpp"

namespace jpegwire {

/// A size in front of each JPEG, size 0 at the end; the peer sends reports or nothing
/// (docs/protocol.md).
class SizePrefixProtocol final : public FrameProtocol {
 public:
  explicit SizePrefixProtocol(SizePrefix prefix);

  std::string_view kind() const override { return "tcp"; }
  std::size_t write_head(const EncodedFrame& frame, std::size_t jpeg_size_bytes,
                         std::span<std::byte> out) override;
  std::string_view closing() const override;
  void complete(FrameStamp& stamp) const override;
  std::span<std::byte> space() override { return reports_.space(); }
  std::string_view received(std::size_t size_bytes) override;
  bool leaves_by_end_of_stream() const override { return has_reported(); }

 private:
  bool has_reported() const { return last_report_arrival_ != WallTime{}; }

  const SizePrefix prefix_;
  std::array<std::byte, kMaxPrefixSizeBytes> size_zero_{};
  ReportReader reports_;
  WallTime last_report_arrival_{};  // the epoch: none came
};

}  // namespace jpegwire
