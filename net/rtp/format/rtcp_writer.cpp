#include "net/rtp/format/rtcp_writer.hpp"

#include <algorithm>
#include <optional>

#include "codec/bytes.hpp"
#include "net/rtp/format/ntp_time.hpp"
#include "net/rtp/format/sequence_number.hpp"

namespace jpegwire {
namespace {

using Out = std::span<std::byte>;

// RFC 4585, section 6.2.1: bit i of `following` is packet first + i + 1.
struct NackEntry {
  std::uint16_t first = 0;
  std::uint16_t following = 0;
};

using NackEntries = BoundedList<NackEntry, kMaxNackEntries>;

// Nothing if they need too many entries.
std::optional<NackEntries> pack(std::span<const std::uint16_t> sequences) {
  NackEntries entries;
  while (!sequences.empty()) {
    NackEntry entry{.first = sequences[0]};
    for (; !sequences.empty(); sequences = sequences.subspan(1)) {
      const int behind = distance(entry.first, sequences[0]);
      if (behind < 0 || behind > 16) break;
      if (behind > 0)
        entry.following = static_cast<std::uint16_t>(entry.following | 1 << (behind - 1));
    }
    if (!entries.push_back(entry)) return std::nullopt;
  }
  return entries;
}

Out put_ntp(Out out, WallTime time) {
  return put_big_endian(out, time == WallTime{} ? NtpTime{0} : to_ntp(time));
}

std::uint32_t to_24_bits(std::int32_t value) {
  return static_cast<std::uint32_t>(std::clamp(value, -0x800000, 0x7FFFFF)) & 0xFFFFFF;
}

Out put_report(Out out, const ReceptionReport& report) {
  out = put_big_endian(out, report.ssrc);
  out = put_big_endian(
      out, std::uint32_t{report.fraction_lost} << 24 | to_24_bits(report.cumulative_lost));
  out = put_big_endian(out, report.highest_sequence);
  out = put_big_endian(out, report.jitter);
  out = put_big_endian(out, report.last_sender_report);
  return put_big_endian(out, report.delay_since_sender_report);
}

// RFC 3611, section 3: the length counts 32-bit words behind the block's first one.
Out put_block_header(Out out, unsigned type, std::size_t content_size) {
  out = put_big_endian(out, static_cast<std::uint16_t>(type << 8));
  return put_big_endian(out, static_cast<std::uint16_t>(content_size / 4));
}

Out put_echo(Out out, const ReferenceTimeEcho& echo) {
  out = put_big_endian(out, echo.ssrc);
  out = put_big_endian(out, echo.last_reference);
  return put_big_endian(out, echo.delay);
}

}  // namespace

// Writes a packet's header and returns its body, in whole 32-bit words and zeroed; empty if it does
// not fit.
std::span<std::byte> RtcpWriter::begin(RtcpType type, std::size_t count, std::size_t body_size) {
  if (body_size + kRtcpHeaderSizeBytes > buffer_.size() - size_) return {};
  const Out out = Out(buffer_).subspan(size_);
  out[0] = static_cast<std::byte>(2U << 6 | count);
  out[1] = static_cast<std::byte>(type);
  put_big_endian(out.subspan(2), static_cast<std::uint16_t>(body_size / 4));
  size_ += kRtcpHeaderSizeBytes + body_size;
  return out.subspan(kRtcpHeaderSizeBytes, body_size);
}

bool RtcpWriter::sender_report(std::uint32_t ssrc, const SenderInfo& info) {
  Out out = begin(RtcpType::sender_report, 0, 24);
  if (out.empty()) return false;
  out = put_big_endian(out, ssrc);
  out = put_ntp(out, info.time);
  out = put_big_endian(out, info.rtp_timestamp);
  out = put_big_endian(out, info.packets);
  put_big_endian(out, info.octets);
  return true;
}

bool RtcpWriter::receiver_report(std::uint32_t ssrc, std::span<const ReceptionReport> reports) {
  if (reports.size() > kMaxReceptionReports) return false;
  Out out = begin(RtcpType::receiver_report, reports.size(), 4 + 24 * reports.size());
  if (out.empty()) return false;
  out = put_big_endian(out, ssrc);
  for (const ReceptionReport& report : reports) out = put_report(out, report);
  return true;
}

// RFC 3550, section 6.5: at least one zero ends the items, and more fill the last word.
bool RtcpWriter::description(std::uint32_t ssrc, std::string_view cname) {
  constexpr std::uint8_t kCname = 1;
  if (cname.size() > 255) return false;
  const std::size_t items_size = (2 + cname.size()) / 4 * 4 + 4;
  Out out = begin(RtcpType::description, 1, 4 + items_size);
  if (out.empty()) return false;
  out = put_big_endian(out, ssrc);
  out = put_big_endian(out, kCname);
  out = put_big_endian(out, static_cast<std::uint8_t>(cname.size()));
  put_bytes(out, std::as_bytes(std::span(cname)));
  return true;
}

bool RtcpWriter::reference_time(std::uint32_t ssrc, WallTime time) {
  Out out = begin(RtcpType::extended_report, 0, 16);
  if (out.empty()) return false;
  out = put_big_endian(out, ssrc);
  out = put_block_header(out, kReferenceTimeBlock, 8);
  put_ntp(out, time);
  return true;
}

bool RtcpWriter::reference_time_echoes(std::uint32_t ssrc,
                                       std::span<const ReferenceTimeEcho> echoes) {
  if (echoes.empty()) return true;
  if (echoes.size() > kMaxReferenceTimeEchoes) return false;
  Out out = begin(RtcpType::extended_report, 0, 8 + 12 * echoes.size());
  if (out.empty()) return false;
  out = put_big_endian(out, ssrc);
  out = put_block_header(out, kEchoBlock, 12 * echoes.size());
  for (const ReferenceTimeEcho& echo : echoes) out = put_echo(out, echo);
  return true;
}

bool RtcpWriter::nack(std::uint32_t sender_ssrc, std::uint32_t media_ssrc,
                      std::span<const std::uint16_t> sequences) {
  const std::optional<NackEntries> entries = pack(sequences);
  if (!entries) return false;
  if (entries->empty()) return true;
  Out out = begin(RtcpType::transport_feedback, kGenericNackFormat, 8 + 4 * entries->size());
  if (out.empty()) return false;
  out = put_big_endian(out, sender_ssrc);
  out = put_big_endian(out, media_ssrc);
  for (const NackEntry& entry : *entries) {
    out = put_big_endian(out, entry.first);
    out = put_big_endian(out, entry.following);
  }
  return true;
}

bool RtcpWriter::frame_report(std::uint32_t ssrc, const FrameReception& frame) {
  const std::size_t body_size = 4 + kFrameReportName.size() + kFrameReceptionSizeBytes;
  Out out = begin(RtcpType::application, kFrameReportVersion, body_size);
  if (out.empty()) return false;
  out = put_big_endian(out, ssrc);
  out = put_bytes(out, std::as_bytes(std::span(kFrameReportName)));
  write_frame_reception(frame, out.first<kFrameReceptionSizeBytes>());
  return true;
}

bool RtcpWriter::bye(std::uint32_t ssrc) {
  const Out out = begin(RtcpType::bye, 1, 4);
  if (out.empty()) return false;
  put_big_endian(out, ssrc);
  return true;
}

}  // namespace jpegwire
