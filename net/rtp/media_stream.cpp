#include "net/rtp/media_stream.hpp"

#include <algorithm>

#include "net/rtp/format/stamp_extension.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kMaxMissing = 512;
constexpr int kMaxRequests = 3;
constexpr milliseconds kMaxLateness{2};

constexpr milliseconds kGrace{5};
constexpr milliseconds kRepairGrace{10};
constexpr milliseconds kMaxGrace{100};
constexpr milliseconds kDefaultRoundTrip{20};
constexpr std::chrono::seconds kRepairsExpected{60};  // since the latest one

}  // namespace

void MissingPackets::skipped(std::int64_t first, std::int64_t end, WallTime now) {
  for (std::int64_t number = first; number < end && missing_.size() < kMaxMissing; ++number)
    missing_.push_back({.number = number, .due = now + kMaxLateness});
}

bool MissingPackets::arrived(std::int64_t number) {
  const auto found = std::ranges::lower_bound(missing_, number, {}, &Missing::number);
  if (found == missing_.end() || found->number != number) return false;
  const bool was_requested = found->requests > 0;
  missing_.erase(found);
  return was_requested;
}

void MissingPackets::forget_before(std::int64_t number) {
  missing_.erase(missing_.begin(),
                 std::ranges::lower_bound(missing_, number, {}, &Missing::number));
}

std::span<const std::uint16_t> MissingPackets::due(WallTime now, microseconds timeout) {
  due_.clear();
  for (Missing& missing : missing_) {
    if (missing.requests == kMaxRequests || missing.due > now) continue;
    ++missing.requests;
    missing.due = now + timeout;
    due_.push_back(static_cast<std::uint16_t>(missing.number));
  }
  return due_;
}

std::optional<WallTime> MissingPackets::next_due() const {
  std::optional<WallTime> next;
  for (const Missing& missing : missing_)
    if (missing.requests < kMaxRequests) next = std::min(next.value_or(missing.due), missing.due);
  return next;
}

MediaStream::MediaStream(MediaStreamSettings settings, FrameObserver& observer)
    : settings_(settings),
      reassembler_({.max_frame_bytes = settings.max_frame_bytes,
                    .stamp_extension = settings.stamp_extension,
                    .payload_type = settings.payload_type},
                   observer) {}

void MediaStream::begin_source(std::uint32_t ssrc, WallTime now) {
  before_ = counts();
  recovered_ = resent_ = 0;
  tracker_ = SequenceTracker();
  ssrc_ = ssrc;
  source_begun_ = now;
  answers_nacks_ = false;
  is_too_large_ = false;
  forget_packets();
}

void MediaStream::end_source() {
  ssrc_.reset();
  forget_packets();
}

void MediaStream::forget_packets() {
  reassembler_.reset();
  fec_.reset();
  missing_.clear();
}

void MediaStream::take(const RtpPacket& packet, Bytes datagram, const PacketArrival& arrival) {
  const std::optional<std::int64_t> number = count(packet, arrival.time);
  if (!number) return;
  if (const auto stamp = read_stamp_extension(packet, settings_.stamp_extension))
    answers_nacks_ = stamp->answers_nacks;
  assemble(packet, *number, arrival);
  if (expects_repairs(arrival.time)) take_recovered(fec_.source(*number, datagram), arrival);
}

void MediaStream::take_repair(Bytes datagram, const PacketArrival& arrival) {
  last_repair_ = arrival.time;
  take_recovered(fec_.repair(datagram, tracker_.highest()), arrival);
}

// The packet's extended sequence number; nothing if it is a duplicate or not believed.
std::optional<std::int64_t> MediaStream::count(const RtpPacket& packet, WallTime now) {
  using Kind = SequenceTracker::Kind;
  const bool is_first = tracker_.received() == 0;
  const std::int64_t highest = tracker_.highest();
  const SequenceTracker::Accepted accepted = tracker_.accept(packet.header.sequence);
  if (accepted.kind == Kind::wild || accepted.kind == Kind::duplicate) return std::nullopt;
  if (accepted.kind == Kind::restarted) forget_packets();
  if (accepted.kind == Kind::fresh && !is_first)
    missing_.skipped(highest + 1, accepted.number, now);
  if (accepted.kind == Kind::late && missing_.arrived(accepted.number)) ++resent_;
  tracker_.measure_jitter(packet.header.timestamp, now);
  return accepted.number;
}

void MediaStream::take_recovered(std::span<const RecoveredPacket> packets,
                                 const PacketArrival& arrival) {
  for (const RecoveredPacket& recovered : packets) {
    const std::optional<RtpPacket> packet = parse_rtp(recovered.packet);
    if (!packet || packet->header.ssrc != ssrc_ ||
        packet->header.payload_type != settings_.payload_type)
      continue;
    ++recovered_;
    missing_.arrived(recovered.sequence);
    assemble(*packet, recovered.sequence, arrival);
  }
}

void MediaStream::assemble(const RtpPacket& packet, std::int64_t sequence,
                           const PacketArrival& arrival) {
  reassembler_.set_sender_ahead(link_.sender_ahead);
  const auto added = reassembler_.add(packet, sequence, arrival.time, arrival.read);
  if (added == JpegReassembler::Added::too_large) is_too_large_ = true;
}

void MediaStream::plan(WallTime now) {
  reassembler_.set_grace(grace(now));
  if (answers_nacks_ && link_.is_reachable)
    missing_.forget_before(reassembler_.first_open_sequence());
  else
    missing_.clear();
}

std::span<const std::uint16_t> MediaStream::take_requests(WallTime now) {
  return missing_.due(now, link_.round_trip.value_or(kDefaultRoundTrip) + kRepairGrace);
}

// At first, and for a while after each repair packet, packets are kept to be repaired.
bool MediaStream::expects_repairs(WallTime now) const {
  return now - std::max(last_repair_, source_begun_) < kRepairsExpected;
}

microseconds MediaStream::grace(WallTime now) const {
  if (answers_nacks_ && link_.round_trip)
    return std::clamp<microseconds>(2 * *link_.round_trip + kDefaultRoundTrip, kRepairGrace,
                                    kMaxGrace);
  return expects_repairs(now) ? kRepairGrace : kGrace;
}

PacketCounts MediaStream::counts() const {
  const auto lost = static_cast<std::uint64_t>(std::max<std::int64_t>(tracker_.lost(), 0));
  // A restored packet may still arrive late.
  return {.received = before_.received + static_cast<std::uint64_t>(tracker_.received()),
          .lost = before_.lost + lost + resent_,
          .recovered = before_.recovered + std::min(recovered_, lost) + resent_};
}

}  // namespace jpegwire
