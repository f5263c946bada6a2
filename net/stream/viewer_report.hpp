#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "codec/bytes.hpp"
#include "codec/frame.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// One frame as its viewer received it. Times are the viewer's.
struct FrameReception {
  std::uint32_t sequence = 0;
  std::uint32_t size_bytes = 0;  // of the JPEG
  WallTime first_byte{};         // arrival
  WallTime last_byte{};
  microseconds decode_time{};  // of the frame that was decoded last; 0: none yet
  PictureSize wanted{};        // the pixels that the viewer shows; 0 by 0: no wish

  bool operator==(const FrameReception&) const = default;
};

/// A frame's fields in a report of version 2, and in the RTCP packet that reports it.
inline constexpr std::size_t kFrameReceptionSizeBytes = 4 + 4 + 8 + 8 + 4 + 2 + 2;

/// A decode time or a size that its field does not hold is written as the nearest that it holds.
void write_frame_reception(const FrameReception& frame,
                           std::span<std::byte, kFrameReceptionSizeBytes> out);

/// Nothing unless the times are from 1970 to 2200, and the last byte came after the first.
std::optional<FrameReception> read_frame_reception(
    std::span<const std::byte, kFrameReceptionSizeBytes> fields);

/// A viewer's report to a sender whose frames carry a stamp, on the same connection: the viewer's
/// time, which the next stamp echoes, and what became of a frame (docs/protocol.md). On the wire a
/// be32 size, then "jpegview", a version, and the fields, big-endian, times in microseconds.
struct ViewerReport {
  WallTime time{};
  std::optional<FrameReception> frame{};  // nothing in version 1

  bool operator==(const ViewerReport&) const = default;
};

/// The sizes of a report of version 1 and 2, the be32 size included.
inline constexpr std::size_t kReportSizeBytes = 4 + 8 + 1 + 8;
inline constexpr std::size_t kFrameReportSizeBytes = kReportSizeBytes + kFrameReceptionSizeBytes;

inline constexpr std::size_t kMaxReportSizeBytes =
    512;  // after the size; with room for later versions

/// A report as it is sent.
class ReportBytes {
 public:
  const std::byte* data() const { return bytes_.data(); }
  std::size_t size() const { return size_; }
  auto begin() const { return Bytes(data(), size()).begin(); }
  auto end() const { return Bytes(data(), size()).end(); }

 private:
  friend ReportBytes write_report(const ViewerReport& report);

  std::array<std::byte, kFrameReportSizeBytes> bytes_;
  std::size_t size_ = 0;
};

/// Writes version 2 if the report has a frame, otherwise version 1.
ReportBytes write_report(const ViewerReport& report);

/// Extracts reports from a byte stream that is received in parts. Bound to one thread.
class ReportReader {
 public:
  enum class Result { need_more, report, not_a_report };

  /// The space for the next received bytes; never empty unless the last result was not_a_report.
  std::span<std::byte> space();

  void received(std::size_t size) { filled_ += size; }

  /// Call until need_more. Reports of an unknown version or kind, or from a time before 1970 or
  /// after 2200, are skipped.
  Result next();

  /// Its times are from 1970 to 2200. It has no frame if the frame's times were not, or if the last
  /// byte came before the first.
  const ViewerReport& report() const { return report_; }

 private:
  std::array<std::byte, 4 + kMaxReportSizeBytes> buffer_{};
  std::size_t filled_ = 0;
  ViewerReport report_;
};

}  // namespace jpegwire
