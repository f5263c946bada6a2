#include "net/rtp/jpeg_reassembler.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "codec/bytes.hpp"
#include "codec/jpeg_layout.hpp"
#include "net/rtp/format/jpeg_header.hpp"
#include "net/rtp/format/stamp_extension.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kMaxOpen = 2;
constexpr milliseconds kDefaultGrace{5};
constexpr microseconds kMaxGap = milliseconds{100};

}  // namespace

JpegReassembler::JpegReassembler(ReassemblerSettings settings, FrameObserver& observer)
    : settings_(settings), observer_(observer), grace_(kDefaultGrace), usual_gap_(kMaxGap) {}

JpegReassembler::Added JpegReassembler::add(const RtpPacket& packet, std::int64_t sequence,
                                            WallTime arrival, std::uint64_t read) {
  JpegPayload payload;
  const PacketFault fault = parse_jpeg_payload(packet.payload, payload);
  if (fault != PacketFault::none) {
    observer_.packet_refused({fault, packet.header.payload_type, settings_.payload_type});
    return Added::useless;
  }
  Position open = find(packet.header.timestamp);
  if (open == open_.end()) {
    if (closed_ && sequence <= *closed_) return Added::useless;
    if (!open_.empty() && sequence < open_.front().first_sequence) return Added::useless;
    open = begin(packet, payload, sequence, arrival);
  }
  note_packet(*open, packet, sequence, arrival, read);
  if (open->is_refused) return Added::useless;
  const FrameFragments::Placed placed = open->fragments.place(payload, packet.header.marker);
  if (placed == FrameFragments::Placed::contradiction)
    refuse(*open, JpegVerdict::contradictory_packets);
  if (placed == FrameFragments::Placed::too_large) return Added::too_large;
  if (placed != FrameFragments::Placed::taken) return Added::useless;
  learn_tables(*open, payload);
  advance(open);
  return Added::used;
}

JpegReassembler::Position JpegReassembler::find(std::uint32_t timestamp) {
  return std::ranges::find(open_, timestamp, &OpenFrame::timestamp);
}

JpegReassembler::Position JpegReassembler::begin(const RtpPacket& packet,
                                                 const JpegPayload& payload, std::int64_t sequence,
                                                 WallTime arrival) {
  if (open_.size() == kMaxOpen) give_up(open_.begin());
  if (unused_.empty()) unused_.emplace_back();
  const auto newer = std::ranges::find_if(
      open_, [&](const OpenFrame& other) { return other.first_sequence > sequence; });
  open_.splice(newer, unused_, unused_.begin());
  const Position begun = std::prev(newer);
  *begun = {.origin = {.stamp = {}, .first_byte = arrival, .sender_ahead = sender_ahead_},
            .fragments = std::move(begun->fragments),
            .timestamp = packet.header.timestamp,
            .first_sequence = sequence,
            .last_sequence = sequence,
            .tables = {},
            .incoming = nullptr,
            .last_packet = arrival,
            .ended = {}};
  begun->fragments.reset(payload.format, settings_.max_frame_bytes);
  for (OpenFrame& older : open_)
    if (&older != &open_.back() && !older.ended) older.ended = arrival;
  return begun;
}

void JpegReassembler::note_packet(OpenFrame& open, const RtpPacket& packet, std::int64_t sequence,
                                  WallTime arrival, std::uint64_t read) {
  if (open.reads == 0 || open.last_read != read) ++open.reads;
  open.last_read = read;
  open.longest_gap = std::max(open.longest_gap, arrival - open.last_packet);
  open.last_packet = arrival;
  open.first_sequence = std::min(open.first_sequence, sequence);
  open.last_sequence = std::max(open.last_sequence, sequence);
  if (packet.header.marker && !open.ended) open.ended = arrival;
  if (open.origin.stamp) return;
  const auto extension = read_stamp_extension(packet, settings_.stamp_extension);
  if (!extension) return;
  open.origin.stamp = extension->stamp;
  open.origin.sender_ahead = sender_ahead_;
}

// Tables with Q below 255 do not change, so the tables of another frame can be used (RFC 2435,
// section 4.2). For senders that change them nevertheless, a frame's own tables take precedence.
void JpegReassembler::learn_tables(OpenFrame& open, const JpegPayload& payload) {
  const std::uint8_t q = payload.format.q;
  if (open.tables && !payload.tables) return;
  if (q < 128) {
    open.tables = component_tables({.bytes = standard_quantization_tables(q)});
    return;
  }
  std::optional<ComponentTables>& known = tables_[q - 128U];
  if (payload.tables) known = component_tables(*payload.tables);
  const bool is_known = payload.tables || q != kChangingTablesQ;
  if (is_known && !open.has_header) open.tables = known;
}

void JpegReassembler::advance(Position open) {
  if (!open->tables) return;
  FrameFragments& fragments = open->fragments;
  Band band;
  FrameFragments::Next next;
  while ((next = fragments.next_band(band)) == FrameFragments::Next::band)
    if (fragments.is_aligned()) hand_out(*open, band);
  if (next == FrameFragments::Next::contradiction)
    return refuse(*open, JpegVerdict::contradictory_packets);
  if (fragments.is_whole()) finish(open);
}

void JpegReassembler::hand_out(OpenFrame& open, const Band& band) {
  if (!open.has_header) {
    open.has_header = true;
    write_header(open);
    open.incoming = incoming_frames_.take();
    open.incoming->begin(open.origin, header_);
    if (!observer_.frame_begun(open.incoming)) open.incoming.reset();
  }
  if (open.incoming) open.incoming->add(band);
}

void JpegReassembler::write_header(const OpenFrame& open) {
  write_jpeg_header(open.fragments.format(), *open.tables, header_bytes_, header_);
}

void JpegReassembler::finish(Position open) {
  write_header(*open);
  const std::shared_ptr<ReceivedFrame> whole = whole_frames_.take();
  whole->jpeg.storage.resize(1);
  open->fragments.take_jpeg(header_bytes_, whole->jpeg.storage[0]);
  if (const JpegVerdict verdict = validate(whole->jpeg); verdict != JpegVerdict::ok)
    return refuse(*open, verdict);
  static_cast<FrameOrigin&>(*whole) = open->origin;
  whole->last_byte = open->last_packet;
  whole->reads = open->reads;
  const std::shared_ptr<IncomingFrame> incoming = std::exchange(open->incoming, nullptr);
  whole->was_begun = incoming != nullptr;
  while (open_.begin() != open) give_up(open_.begin());
  close(open);
  observer_.frame_received(whole);
  if (incoming)
    incoming->close({.reception = Reception::whole, .last_byte = whole->last_byte, .whole = whole});
}

void JpegReassembler::refuse(OpenFrame& open, JpegVerdict verdict) {
  open.is_refused = true;
  lose(open, Reception::refused, verdict);
}

void JpegReassembler::give_up(Position open) {
  OpenFrame& frame = *open;
  close(open);
  if (!frame.is_refused) lose(frame, Reception::incomplete, JpegVerdict::ok);
}

void JpegReassembler::lose(OpenFrame& open, Reception reception, JpegVerdict verdict) {
  const std::shared_ptr<IncomingFrame> incoming = std::exchange(open.incoming, nullptr);
  const WallTime last_byte = open.last_packet;
  observer_.frame_given_up({.stamp = open.origin.stamp,
                            .came_bytes = open.fragments.size_bytes(),
                            .first_byte = open.origin.first_byte,
                            .last_byte = last_byte,
                            .reception = reception,
                            .verdict = verdict,
                            .was_begun = incoming != nullptr});
  if (incoming) incoming->close({reception, last_byte, nullptr, verdict});
}

void JpegReassembler::close(Position open) {
  usual_gap_ = std::clamp(open->longest_gap, usual_gap_ * 19 / 20, kMaxGap);
  closed_ = std::max(closed_.value_or(open->last_sequence), open->last_sequence);
  unused_.splice(unused_.begin(), open_, open);
}

void JpegReassembler::expire(WallTime now) {
  for (Position next = open_.begin(); next != open_.end();) {
    const Position open = next++;
    if (expiry(*open) <= now) give_up(open);
  }
}

WallTime JpegReassembler::expiry(const OpenFrame& open) const {
  const WallTime stalled = open.last_packet + 2 * usual_gap_ + grace_;
  return open.ended ? std::min(*open.ended + grace_, stalled) : stalled;
}

std::optional<WallTime> JpegReassembler::next_expiry() const {
  std::optional<WallTime> next;
  for (const OpenFrame& open : open_) next = std::min(next.value_or(expiry(open)), expiry(open));
  return next;
}

void JpegReassembler::reset() {
  while (!open_.empty()) give_up(open_.begin());
  closed_.reset();
  tables_ = {};
}

}  // namespace jpegwire
