#include "net/rtp/jpeg_packetizer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/bytes.hpp"
#include "codec/jpeg_markers.hpp"
#include "net/rtp/format/jpeg_header.hpp"
#include "net/rtp/format/ntp_time.hpp"
#include "net/rtp/format/sequence_number.hpp"

namespace jpegwire {
namespace {

// Also removes the fill bytes 0xFF in front of EOI (ITU-T T.81, B.1.1.2): with the bytes that a
// receiver appends they could form a marker.
Bytes without_end_of_image(Bytes band) {
  if (marker::at_end_of(band) != marker::kEndOfImage) return band;
  band = band.first(band.size() - 1);
  while (!band.empty() && band.back() == marker::kPrefix) band = band.first(band.size() - 1);
  return band;
}

// Up to and including the first restart marker, or to the end.
std::size_t interval_size_bytes(Bytes data) {
  std::size_t at = 0;
  while (const void* prefix = std::memchr(data.data() + at, 0xFF, data.size() - at)) {
    at = static_cast<std::size_t>(static_cast<const std::byte*>(prefix) - data.data()) + 1;
    if (at == data.size()) break;
    if (marker::is_restart(data[at])) return at + 1;
  }
  return data.size();
}

}  // namespace

JpegPacketizer::JpegPacketizer(const PacketizerSettings& settings)
    : settings_(settings), next_sequence_(settings.first_sequence) {}

JpegFitness JpegPacketizer::begin_frame(const EncodedFrame& frame, const StampExtension& stamp) {
  frame_ = nullptr;
  const JpegFitness fitness = check_fitness(frame.layout, format_, tables_);
  if (fitness != JpegFitness::fit) return fitness;
  frame_ = &frame;
  band_ = 0;
  offset_ = 0;
  interval_ = 0;
  aligned_ = is_aligned();
  choose_q();
  choose_timestamp(frame.capture_time);
  write_stamp_extension(stamp, stamp_);
  return fitness;
}

// Tables other than the standard ones keep their Q while they do not change (RFC 2435,
// section 4.2), so a receiver that lost them for one frame knows them from another. Only the last Q
// may stand for different tables.
void JpegPacketizer::choose_q() {
  if (q_ == 0 || tables_ != tables_of_q_) {
    tables_of_q_ = tables_;
    const std::optional<std::uint8_t> standard = find_standard_q(tables_);
    q_ = standard ? *standard : next_own_q_;
    if (!standard && next_own_q_ < kChangingTablesQ) ++next_own_q_;
  }
  format_.q = q_;
}

// Frames may be faster than the clock's ticks, and the wall clock may be set back.
void JpegPacketizer::choose_timestamp(WallTime capture_time) {
  std::uint32_t next = timestamp_at(capture_time);
  if (std::exchange(has_timestamp_, true) && distance(timestamp_, next) <= 0) {
    settings_.timestamp_offset += timestamp_ + 1 - next;
    next = timestamp_ + 1;
  }
  timestamp_ = next;
}

std::uint32_t JpegPacketizer::timestamp_at(WallTime time) const {
  return to_rtp_time(time) + settings_.timestamp_offset;
}

// Whether the restart intervals are runs of whole MCU rows, as the header says.
bool JpegPacketizer::is_aligned() const {
  const JpegLayout& layout = frame_->layout;
  if (layout.restart_interval == 0) return false;
  const int row = (layout.width + layout.mcu_width - 1) / layout.mcu_width;
  const int rows = (layout.height + layout.mcu_height - 1) / layout.mcu_height;
  return layout.restart_interval % row == 0 &&
         (layout.bands.size() > 1 || layout.restart_interval >= row * rows);
}

void JpegPacketizer::add_band(std::vector<OutgoingPacket>& packets) {
  const bool is_last_band = band_ + 1 == frame_->layout.bands.size();
  Bytes rest = without_end_of_image(frame_->layout.bands[band_++]);
  while (!rest.empty()) {
    const std::size_t size = aligned_ ? interval_size_bytes(rest) : rest.size();
    add_interval(rest.first(size), is_last_band && size == rest.size(), packets);
    rest = rest.subspan(size);
    ++interval_;
  }
  // A valid JPEG may have an empty scan.
  if (!packets.empty()) packets.back().ends_band = true;
}

void JpegPacketizer::add_interval(Bytes data, bool is_end_of_frame,
                                  std::vector<OutgoingPacket>& packets) {
  for (bool first = true; !data.empty(); first = false)
    add_packet(data, first, is_end_of_frame, packets);
}

void JpegPacketizer::add_packet(Bytes& data, bool first, bool is_end_of_frame,
                                std::vector<OutgoingPacket>& packets) {
  OutgoingPacket& packet = packets.emplace_back();
  const QuantizationTables* tables = offset_ == 0 && q_ >= 128 ? &tables_ : nullptr;
  const std::size_t head_size = kRtpHeaderSizeBytes + (first ? kStampExtensionSizeBytes : 0) + 8 +
                                (format_.restart_interval > 0 ? 4 : 0) +
                                (tables != nullptr ? 4 + tables->size() : 0);
  const std::size_t size = std::min(data.size(), settings_.mtu_bytes - head_size);
  const bool last = size == data.size();
  const std::span<std::byte> out = put_head(packet, last && is_end_of_frame, first);
  const JpegFragment fragment{.offset = offset_,
                              .first = !aligned_ || first,
                              .last = !aligned_ || last,
                              .restart_count = aligned_ ? interval_ : kUnalignedRestartCount};
  put_jpeg_payload_header(out, format_, fragment, tables);
  packet.head_size = head_size;
  packet.data = data.first(size);
  offset_ += static_cast<std::uint32_t>(size);
  data = data.subspan(size);
}

std::span<std::byte> JpegPacketizer::put_head(OutgoingPacket& packet, bool marker, bool has_stamp) {
  packet.sequence = next_sequence_++;
  const std::span<std::byte> rest = put_rtp_header(packet.head_bytes,
                                                   {.marker = marker,
                                                    .payload_type = kJpegPayloadType,
                                                    .sequence = packet.sequence,
                                                    .timestamp = timestamp_,
                                                    .ssrc = settings_.ssrc},
                                                   has_stamp);
  if (!has_stamp) return rest;
  return put_bytes(rest, stamp_);
}

}  // namespace jpegwire
