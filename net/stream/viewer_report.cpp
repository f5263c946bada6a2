#include "net/stream/viewer_report.hpp"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <limits>
#include <string_view>

namespace jpegwire {
namespace {

constexpr std::string_view kReportName = "jpegview";
constexpr std::size_t kPayloadSizeBytes = kReportSizeBytes - 4;            // of version 1
constexpr std::size_t kFramePayloadSizeBytes = kFrameReportSizeBytes - 4;  // of version 2

// Times between these can be subtracted and added up without overflow.
constexpr WallTime kEarliestTime{};
constexpr WallTime kLatestTime = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);

bool is_sane(WallTime time) { return time >= kEarliestTime && time <= kLatestTime; }

/// Takes a number from the front of `fields`, which must hold it.
template <std::unsigned_integral T>
T take(Bytes& fields) {
  const T value = get_big_endian<T>(fields);
  fields = fields.subspan(sizeof(T));
  return value;
}

WallTime take_time(Bytes& fields) {
  return WallTime(microseconds(static_cast<std::int64_t>(take<std::uint64_t>(fields))));
}

// Later versions may add fields at the end.
std::optional<ViewerReport> read_report(Bytes payload) {
  if (payload.size() < kPayloadSizeBytes || !as_text(payload).starts_with(kReportName))
    return std::nullopt;
  Bytes fields = payload.subspan(kReportName.size());
  const auto version = take<std::uint8_t>(fields);
  if (version == 0 || (version > 1 && payload.size() < kFramePayloadSizeBytes)) return std::nullopt;
  ViewerReport report{.time = take_time(fields)};
  if (!is_sane(report.time)) return std::nullopt;
  if (version > 1) report.frame = read_frame_reception(fields.first<kFrameReceptionSizeBytes>());
  return report;
}

template <std::unsigned_integral T>
T nearest(std::int64_t value) {
  return static_cast<T>(
      std::clamp<std::int64_t>(value, 0, std::int64_t{std::numeric_limits<T>::max()}));
}

std::span<std::byte> put_time(std::span<std::byte> out, WallTime time) {
  return put_big_endian(out, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

}  // namespace

void write_frame_reception(const FrameReception& frame,
                           std::span<std::byte, kFrameReceptionSizeBytes> fields) {
  std::span<std::byte> out = put_big_endian(fields, frame.sequence);
  out = put_big_endian(out, frame.size_bytes);
  out = put_time(out, frame.first_byte);
  out = put_time(out, frame.last_byte);
  out = put_big_endian(out, nearest<std::uint32_t>(frame.decode_time.count()));
  out = put_big_endian(out, nearest<std::uint16_t>(frame.wanted.width));
  put_big_endian(out, nearest<std::uint16_t>(frame.wanted.height));
}

std::optional<FrameReception> read_frame_reception(
    std::span<const std::byte, kFrameReceptionSizeBytes> fields) {
  Bytes rest = fields;
  FrameReception frame;
  frame.sequence = take<std::uint32_t>(rest);
  frame.size_bytes = take<std::uint32_t>(rest);
  frame.first_byte = take_time(rest);
  frame.last_byte = take_time(rest);
  frame.decode_time = microseconds(take<std::uint32_t>(rest));
  frame.wanted.width = take<std::uint16_t>(rest);
  frame.wanted.height = take<std::uint16_t>(rest);
  const bool is_possible =
      is_sane(frame.first_byte) && is_sane(frame.last_byte) && frame.first_byte <= frame.last_byte;
  return is_possible ? std::optional(frame) : std::nullopt;
}

ReportBytes write_report(const ViewerReport& report) {
  ReportBytes message;
  message.size_ = report.frame ? kFrameReportSizeBytes : kReportSizeBytes;
  std::span<std::byte> out(message.bytes_);
  out = put_big_endian(out, static_cast<std::uint32_t>(message.size_ - 4));
  out = put_bytes(out, std::as_bytes(std::span(kReportName)));
  out = put_big_endian(out, static_cast<std::uint8_t>(report.frame ? 2 : 1));
  out = put_time(out, report.time);
  if (report.frame) write_frame_reception(*report.frame, out.first<kFrameReceptionSizeBytes>());
  return message;
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
