#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "codec/time.hpp"

namespace jpegwire {

/// A viewer's report to a sender whose frames carry a stamp, on the same connection: the viewer's
/// time, which the next stamp echoes (docs/protocol.md). On the wire a be32 size, then "jpegview",
/// version 1, and the time in microseconds, big-endian.
struct ViewerReport {
  WallTime time{};
};

inline constexpr std::size_t kReportSizeBytes = 4 + 8 + 1 + 8;
inline constexpr std::size_t kMaxReportSizeBytes =
    512;  // after the size; with room for later versions

std::array<std::byte, kReportSizeBytes> write_report(const ViewerReport& report);

/// Extracts reports from a byte stream that is received in parts. Bound to one thread.
class ReportReader {
 public:
  enum class Result { need_more, report, not_a_report };

  /// The space for the next received bytes; never empty unless the last result was not_a_report.
  std::span<std::byte> space();

  void received(std::size_t size) { filled_ += size; }

  /// Call until need_more. Reports of another version or kind are skipped.
  Result next();

  const ViewerReport& report() const { return report_; }

 private:
  std::array<std::byte, 4 + kMaxReportSizeBytes> buffer_{};
  std::size_t filled_ = 0;
  ViewerReport report_;
};

}  // namespace jpegwire
