#include "net/rtp/format/rtcp_reader.hpp"

#include "codec/bytes.hpp"
#include "net/rtp/format/ntp_time.hpp"

namespace jpegwire {
namespace {

constexpr unsigned kRtcpVersion = 2;
constexpr std::size_t kReportSize = 24;
constexpr std::size_t kEchoSize = 12;

// One packet of a compound, without its header and padding.
struct Packet {
  RtcpType type{};
  unsigned count = 0;
  Bytes body;
};

std::uint32_t word_at(Bytes bytes, std::size_t at) {
  return get_big_endian<std::uint32_t>(bytes.subspan(at));
}

// RFC 3550, section 6.4.1: the last byte of the padding is its size, in whole words.
bool remove_padding(Bytes& body) {
  if (body.empty()) return false;
  const std::size_t padding = byte_at(body, body.size() - 1);
  if (padding == 0 || padding % 4 != 0 || padding > body.size()) return false;
  body = body.first(body.size() - padding);
  return true;
}

std::optional<Packet> take_packet(Bytes& rest) {
  if (rest.size() < kRtcpHeaderSizeBytes) return std::nullopt;
  const unsigned first = byte_at(rest, 0);
  if (first >> 6 != kRtcpVersion) return std::nullopt;
  const std::size_t size = 4 * std::size_t{get_big_endian<std::uint16_t>(rest.subspan(2))};
  Packet packet{.type = static_cast<RtcpType>(byte_at(rest, 1)), .count = first & 31, .body = {}};
  rest = rest.subspan(kRtcpHeaderSizeBytes);
  if (rest.size() < size) return std::nullopt;
  packet.body = rest.first(size);
  rest = rest.subspan(size);
  const bool is_padded = (first & 0x20) != 0;
  if (is_padded && (!rest.empty() || !remove_padding(packet.body))) return std::nullopt;
  return packet;
}

std::int32_t from_24_bits(std::uint32_t value) {
  return static_cast<std::int32_t>(value << 8) >> 8;
}

ReceptionReport read_reception_report(Bytes bytes) {
  return {.ssrc = word_at(bytes, 0),
          .fraction_lost = static_cast<std::uint8_t>(byte_at(bytes, 4)),
          .cumulative_lost = from_24_bits(word_at(bytes, 4)),
          .highest_sequence = word_at(bytes, 8),
          .jitter = word_at(bytes, 12),
          .last_sender_report = word_at(bytes, 16),
          .delay_since_sender_report = word_at(bytes, 20)};
}

ReferenceTimeEcho read_echo(Bytes bytes) {
  return {
      .ssrc = word_at(bytes, 0), .last_reference = word_at(bytes, 4), .delay = word_at(bytes, 8)};
}

// Bytes behind the reports are a profile's extension.
bool read_reception_reports(Bytes body, unsigned count, RtcpCompound& compound) {
  if (body.size() < count * kReportSize) return false;
  for (unsigned i = 0; i < count; ++i)
    compound.reception_reports.push_back(read_reception_report(body.subspan(i * kReportSize)));
  return true;
}

// RFC 3550, section 6.4.1: a sender without a clock writes zero.
bool read_sender_report(Bytes body, unsigned count, RtcpCompound& compound) {
  constexpr std::size_t kSenderInfoSize = 20;
  if (body.size() < kSenderInfoSize) return false;
  const auto time = get_big_endian<NtpTime>(body);
  compound.sender_info = SenderInfo{.time = time == 0 ? WallTime{} : from_ntp(time),
                                    .rtp_timestamp = word_at(body, 8),
                                    .packets = word_at(body, 12),
                                    .octets = word_at(body, 16)};
  compound.last_sender_report = to_compact(time);
  return read_reception_reports(body.subspan(kSenderInfoSize), count, compound);
}

bool read_reference_time(Bytes content, RtcpCompound& compound) {
  if (content.size() != sizeof(NtpTime)) return false;
  const auto time = get_big_endian<NtpTime>(content);
  if (time == 0) return true;
  compound.reference_time = from_ntp(time);
  compound.last_reference = to_compact(time);
  return true;
}

bool read_echoes(Bytes content, RtcpCompound& compound) {
  if (content.size() % kEchoSize != 0) return false;
  for (; !content.empty(); content = content.subspan(kEchoSize))
    compound.echoes.push_back(read_echo(content));
  return true;
}

bool read_blocks(Bytes body, RtcpCompound& compound) {
  while (!body.empty()) {
    const unsigned type = byte_at(body, 0);
    const std::size_t size = 4 * std::size_t{get_big_endian<std::uint16_t>(body.subspan(2))};
    body = body.subspan(4);
    if (body.size() < size) return false;
    const Bytes content = body.first(size);
    body = body.subspan(size);
    if (type == kReferenceTimeBlock && !read_reference_time(content, compound)) return false;
    if (type == kEchoBlock && !read_echoes(content, compound)) return false;
  }
  return true;
}

void read_nack_entry(std::uint32_t entry, Nack& nack) {
  const std::uint32_t first = entry >> 16;
  nack.sequences.push_back(static_cast<std::uint16_t>(first));
  for (unsigned behind = 1; behind <= 16; ++behind)
    if ((entry >> (behind - 1) & 1) != 0)
      nack.sequences.push_back(static_cast<std::uint16_t>(first + behind));
}

bool read_feedback(Bytes body, unsigned format, RtcpCompound& compound) {
  if (body.size() < 4) return false;
  if (format != kGenericNackFormat) return true;
  const std::uint32_t media_ssrc = word_at(body, 0);
  if (!compound.nack) compound.nack.emplace().media_ssrc = media_ssrc;
  if (compound.nack->media_ssrc != media_ssrc) return true;
  for (body = body.subspan(4); !body.empty(); body = body.subspan(4))
    read_nack_entry(word_at(body, 0), *compound.nack);
  return true;
}

// RFC 3550, section 6.7. Packets of other applications are ignored.
bool read_application(Bytes body, unsigned subtype, RtcpCompound& compound) {
  if (body.size() < kFrameReportName.size()) return false;
  if (!as_text(body).starts_with(kFrameReportName) || subtype < kFrameReportVersion) return true;
  body = body.subspan(kFrameReportName.size());
  if (body.size() < kFrameReceptionSizeBytes) return true;
  if (const auto frame = read_frame_reception(body.first<kFrameReceptionSizeBytes>()))
    compound.frame = frame;
  return true;
}

// RFC 3550, section 6.6: a list of sources and an optional reason.
bool read_bye(Bytes body, unsigned count, RtcpCompound& compound) {
  if (body.size() < 4 * std::size_t{count}) return false;
  for (unsigned i = 0; i < count; ++i)
    compound.bye |= word_at(body, 4 * std::size_t{i}) == compound.sender_ssrc;
  return true;
}

bool has_sender(RtcpType type) {
  switch (type) {
    case RtcpType::sender_report:
    case RtcpType::receiver_report:
    case RtcpType::application:
    case RtcpType::transport_feedback:
    case RtcpType::payload_feedback:
    case RtcpType::extended_report:
      return true;
    default:
      return false;
  }
}

// `body` is the part behind the sender's SSRC.
bool read_from_sender(const Packet& packet, Bytes body, RtcpCompound& compound) {
  switch (packet.type) {
    case RtcpType::sender_report:
      return read_sender_report(body, packet.count, compound);
    case RtcpType::receiver_report:
      return read_reception_reports(body, packet.count, compound);
    case RtcpType::application:
      return read_application(body, packet.count, compound);
    case RtcpType::transport_feedback:
      return read_feedback(body, packet.count, compound);
    case RtcpType::extended_report:
      return read_blocks(body, compound);
    default:
      return true;
  }
}

bool read_packet(const Packet& packet, RtcpCompound& compound) {
  if (packet.type == RtcpType::bye) return read_bye(packet.body, packet.count, compound);
  if (!has_sender(packet.type)) return true;
  if (packet.body.size() < 4) return false;
  const std::uint32_t ssrc = word_at(packet.body, 0);
  const Bytes body = packet.body.subspan(4);
  if (ssrc == compound.sender_ssrc) return read_from_sender(packet, body, compound);
  RtcpCompound of_another{.sender_ssrc = ssrc};
  return read_from_sender(packet, body, of_another);
}

}  // namespace

std::optional<RtcpCompound> parse_rtcp(Bytes datagram) {
  if (datagram.size() < 8 || datagram.size() % 4 != 0) return std::nullopt;
  if (!has_sender(static_cast<RtcpType>(byte_at(datagram, 1)))) return std::nullopt;
  RtcpCompound compound{.sender_ssrc = word_at(datagram, 4)};
  while (!datagram.empty()) {
    const std::optional<Packet> packet = take_packet(datagram);
    if (!packet || !read_packet(*packet, compound)) return std::nullopt;
  }
  return compound;
}

}  // namespace jpegwire
