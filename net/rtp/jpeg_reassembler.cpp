#include "net/rtp/jpeg_reassembler.hpp"

#include <algorithm>
#include <iterator>

#include "codec/jpeg_layout.hpp"
#include "net/rtp/format/jpeg_header.hpp"
#include "net/rtp/format/quantization_tables.hpp"
#include "net/rtp/jpeg_packetizer.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kMostOpen = 2;
constexpr milliseconds kDefaultGrace{5};
constexpr microseconds kLongestGap = milliseconds{100};

}  // namespace

JpegReassembler::JpegReassembler(ReassemblerSettings settings, ReassemblyObserver& observer)
    : settings_(settings), observer_(observer), grace_(kDefaultGrace), usual_gap_(kLongestGap) {}

bool JpegReassembler::add(const RtpPacket& packet, std::int64_t sequence, WallTime arrival,
                          std::uint64_t read) {
  const std::optional<JpegPayload> payload = parse_jpeg_payload(packet.payload);
  if (!payload) return false;
  Position open = find(packet.header.timestamp);
  if (open == open_.end()) {
    if (closed_ && sequence <= *closed_) return false;
    if (!open_.empty() && sequence < open_.front().first_sequence) return false;
    open = begin(packet, *payload, sequence, arrival);
  }
  note_packet(*open, packet, sequence, arrival, read);
  if (open->is_refused) return false;
  const FrameInPieces::Placed placed = open->pieces.place(*payload, packet.header.marker);
  if (placed == FrameInPieces::Placed::contradiction) refuse(*open);
  if (placed == FrameInPieces::Placed::too_large) observer_.frame_too_large();
  if (placed != FrameInPieces::Placed::taken) return false;
  learn_tables(*open, *payload);
  advance(open);
  return true;
}

JpegReassembler::Position JpegReassembler::find(std::uint32_t timestamp) {
  return std::ranges::find(open_, timestamp, &OpenFrame::timestamp);
}

JpegReassembler::Position JpegReassembler::begin(const RtpPacket& packet,
                                                 const JpegPayload& payload, std::int64_t sequence,
                                                 WallTime arrival) {
  if (open_.size() == kMostOpen) give_up(open_.begin());
  if (unused_.empty()) unused_.emplace_back();
  const auto newer = std::ranges::find_if(
      open_, [&](const OpenFrame& other) { return other.first_sequence > sequence; });
  open_.splice(newer, unused_, unused_.begin());
  const Position begun = std::prev(newer);
  *begun = {.frame = take_frame(arrival),
            .pieces = std::move(begun->pieces),
            .timestamp = packet.header.timestamp,
            .first_sequence = sequence,
            .last_sequence = sequence,
            .tables = {},
            .last_packet = arrival,
            .ended = {}};
  begun->pieces.begin(payload.format, settings_.max_frame_bytes, begun->frame->jpeg.storage[0]);
  for (OpenFrame& older : open_)
    if (&older != &open_.back() && !older.ended) older.ended = arrival;
  return begun;
}

std::shared_ptr<ReceivedFrame> JpegReassembler::take_frame(WallTime first_byte) {
  std::shared_ptr<ReceivedFrame> frame = frames_.take();
  frame->bands.reset();
  frame->first_byte = first_byte;
  frame->reads = 0;
  frame->sender_ahead.reset();
  frame->stamp.reset();
  frame->jpeg.storage.resize(1);
  return frame;
}

void JpegReassembler::note_packet(OpenFrame& open, const RtpPacket& packet, std::int64_t sequence,
                                  WallTime arrival, std::uint64_t read) {
  ReceivedFrame& frame = *open.frame;
  if (frame.reads == 0 || open.last_read != read) ++frame.reads;
  open.last_read = read;
  open.longest_gap = std::max(open.longest_gap, arrival - open.last_packet);
  open.last_packet = arrival;
  open.first_sequence = std::min(open.first_sequence, sequence);
  open.last_sequence = std::max(open.last_sequence, sequence);
  if (packet.header.marker && !open.ended) open.ended = arrival;
  // Once it is open others may read it.
  if (open.is_opened || frame.stamp) return;
  const auto extension = read_stamp_extension(packet, settings_.stamp_extension);
  if (extension) frame.stamp = extension->stamp;
}

// Tables of Q below 255 stay the same, so those of another frame will do (RFC 2435, section 4.2).
// For senders that change them all the same, a frame's own ones come first.
void JpegReassembler::learn_tables(OpenFrame& open, const JpegPayload& payload) {
  const std::uint8_t q = payload.format.q;
  if (open.tables && !payload.tables) return;
  if (q < 128) {
    open.tables = standard_quantization_tables(q);
    return;
  }
  std::optional<QuantizationTables>& known = tables_[q - 128U];
  if (payload.tables) std::ranges::copy(*payload.tables, known.emplace().begin());
  const bool is_known = payload.tables || q != kChangingTablesQ;
  if (is_known && !open.is_opened) open.tables = known;
}

void JpegReassembler::advance(Position open) {
  if (!open->tables) return;
  Band band;
  for (;;) {
    const FrameInPieces::Run run = open->pieces.next_whole_run(band);
    if (run == FrameInPieces::Run::none) break;
    if (run == FrameInPieces::Run::contradiction) return refuse(*open);
    if (!open->pieces.is_aligned()) break;
    begin_decoding(*open);
    open->frame->bands.add(band);
  }
  if (open->pieces.is_whole()) finish(open);
}

void JpegReassembler::begin_decoding(OpenFrame& open) {
  if (std::exchange(open.is_opened, true)) return;
  EncodedFrame& jpeg = open.frame->jpeg;
  const JpegFormat& format = open.pieces.format();
  write_jpeg_header(format, *open.tables,
                    std::span(jpeg.storage[0]).first(jpeg_header_size_bytes(format)), jpeg.layout);
  observer_.frame_opened(open.frame);
}

// The gate looks at the whole once more. Its layout differs in nothing that the decoder reads by
// now.
void JpegReassembler::finish(Position open) {
  ReceivedFrame& frame = *open->frame;
  open->pieces.trim();
  begin_decoding(*open);
  if (validate_jpeg(frame.bytes(), whole_layout_) != JpegVerdict::ok) return refuse(*open);
  std::swap(frame.jpeg.layout.bands, whole_layout_.bands);
  frame.jpeg.layout.band_height = whole_layout_.band_height;
  if (!open->pieces.is_aligned()) frame.bands.add_all(frame.jpeg.layout);
  frame.last_byte = open->last_packet;
  frame.came_bytes = frame.bytes().size();
  const std::shared_ptr<ReceivedFrame> whole = open->frame;
  while (open_.begin() != open) give_up(open_.begin());
  close(open);
  observer_.frame_whole(whole);
  whole->bands.close(Reception::whole);
}

void JpegReassembler::refuse(OpenFrame& open) {
  open.is_refused = true;
  open.frame->last_byte = open.last_packet;
  open.frame->came_bytes = open.pieces.size_bytes();
  open.frame->bands.close(Reception::refused);
  observer_.frame_given_up(open.frame, Reception::refused, open.is_opened);
}

void JpegReassembler::give_up(Position open) {
  const std::shared_ptr<ReceivedFrame> frame = open->frame;
  const bool was_refused = open->is_refused;
  const bool was_opened = open->is_opened;
  frame->last_byte = open->last_packet;
  frame->came_bytes = open->pieces.size_bytes();
  close(open);
  if (was_refused) return;
  observer_.frame_given_up(frame, Reception::incomplete, was_opened);
  frame->bands.close(Reception::incomplete);
}

void JpegReassembler::close(Position open) {
  usual_gap_ = std::clamp(open->longest_gap, usual_gap_ * 19 / 20, kLongestGap);
  closed_ = std::max(closed_.value_or(open->last_sequence), open->last_sequence);
  open->frame.reset();
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
