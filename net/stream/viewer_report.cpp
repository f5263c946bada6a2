#include "net/stream/viewer_report.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

constexpr std::array kReportOpening = {std::byte{'j'}, std::byte{'p'}, std::byte{'e'},
                                       std::byte{'g'}, std::byte{'v'}, std::byte{'i'},
                                       std::byte{'e'}, std::byte{'w'}, std::byte{1}};

// Later versions may add fields behind the time.
std::optional<ViewerReport> read_report(std::span<const std::byte> payload) {
  if (payload.size() < kReportOpening.size() + 8) return std::nullopt;
  if (!std::ranges::equal(kReportOpening, payload.first(kReportOpening.size())))
    return std::nullopt;
  const auto count = get_big_endian<std::uint64_t>(payload.subspan(kReportOpening.size()));
  return ViewerReport{WallTime(microseconds(static_cast<std::int64_t>(count)))};
}

}  // namespace

std::array<std::byte, kReportSizeBytes> write_report(const ViewerReport& report) {
  std::array<std::byte, kReportSizeBytes> bytes;
  const auto payload = put_big_endian<std::uint32_t>(bytes, kReportSizeBytes - 4);
  put_big_endian(put_bytes(payload, kReportOpening),
                 static_cast<std::uint64_t>(report.time.time_since_epoch().count()));
  return bytes;
}

std::span<std::byte> ReportReader::space() { return std::span(buffer_).subspan(filled_); }

ReportReader::Result ReportReader::next() {
  while (filled_ >= 4) {
    const std::size_t size = get_big_endian<std::uint32_t>(buffer_);
    if (size > kMaxReportSizeBytes) return Result::not_a_report;
    if (filled_ < 4 + size) return Result::need_more;
    const std::optional<ViewerReport> report = read_report(std::span(buffer_).subspan(4, size));
    const auto rest = buffer_.begin() + static_cast<std::ptrdiff_t>(4 + size);
    std::copy(rest, buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
    filled_ -= 4 + size;
    if (!report) continue;
    report_ = *report;
    return Result::report;
  }
  return Result::need_more;
}

}  // namespace jpegwire
