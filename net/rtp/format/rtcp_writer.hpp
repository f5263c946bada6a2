#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "codec/frame.hpp"
#include "net/rtp/format/rtcp.hpp"
#include "net/stream/viewer_report.hpp"

namespace jpegwire {

inline constexpr std::size_t kMaxRtcpSizeBytes = 1200;

/// Writes one compound packet: first a report, then a description (RFC 3550, section 6.1); NACKs,
/// reference times and frame reports may also be sent alone (RFC 5506). Each method adds one
/// packet, or returns false without adding anything if it does not fit. An empty list of echoes or
/// sequence numbers adds nothing and is no failure. No heap allocation; bound to one thread.
class RtcpWriter {
 public:
  bool sender_report(std::uint32_t ssrc, const SenderInfo& info);

  /// Reports on 0 to 31 sources.
  bool receiver_report(std::uint32_t ssrc, std::span<const ReceptionReport> reports);

  /// SDES with a CNAME of up to 255 bytes.
  bool description(std::uint32_t ssrc, std::string_view cname);

  /// The receiver's own time.
  bool reference_time(std::uint32_t ssrc, WallTime time);

  /// Up to 31 echoes.
  bool reference_time_echoes(std::uint32_t ssrc, std::span<const ReferenceTimeEcho> echoes);

  /// The sequence numbers ascend, also across the wrap-around. They must lie within 16 runs of 17
  /// numbers, as any 16 numbers do.
  bool nack(std::uint32_t sender_ssrc, std::uint32_t media_ssrc,
            std::span<const std::uint16_t> sequences);

  /// How the receiver received a frame, as APP (section 6.7).
  bool frame_report(std::uint32_t ssrc, const FrameReception& frame);

  bool bye(std::uint32_t ssrc);

  /// The datagram so far; it views the writer.
  Bytes bytes() const { return Bytes(buffer_).first(size_); }

 private:
  std::span<std::byte> begin(RtcpType type, std::size_t count, std::size_t body_size);

  std::array<std::byte, kMaxRtcpSizeBytes> buffer_{};
  std::size_t size_ = 0;
};

}  // namespace jpegwire
