#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/time.hpp"
#include "net/rtp/fec/fec_decoder.hpp"
#include "net/rtp/format/packet.hpp"
#include "net/rtp/jpeg_reassembler.hpp"
#include "net/rtp/sequence_tracker.hpp"
#include "net/stream/stream_input.hpp"

namespace jpegwire {

struct MediaStreamSettings {
  int payload_type = 0;
  std::size_t max_frame_bytes = 0;
  int stamp_extension = 1;  // identifier of the stamp's extension element (RFC 8285)
};

/// What RTCP has reported about the sender.
struct SenderLink {
  std::optional<microseconds> sender_ahead;  // its clock minus ours
  std::optional<microseconds> round_trip;
  bool is_reachable = false;  // packets can be requested again
};

/// When a packet was received and by which call of recv.
struct PacketArrival {
  WallTime time{};
  std::uint64_t read = 0;
};

/// The packets that a receiver lacks and may request again (RFC 4585, section 6.2.1), by their
/// extended sequence numbers. Bounded; bound to one thread.
class MissingPackets {
 public:
  /// The packets [first, end) were skipped. They are due after a moment, since they may only be
  /// late.
  void skipped(std::int64_t first, std::int64_t end, WallTime now);

  /// The packet is no longer missing. True if it was requested.
  bool arrived(std::int64_t number);

  /// Packets before this number are of no more use.
  void forget_before(std::int64_t number);

  /// The packets to request now, ascending, valid until the next call. Each is due again after
  /// `timeout`, a few times.
  std::span<const std::uint16_t> due(WallTime now, microseconds timeout);

  /// When the next packet is due.
  std::optional<WallTime> next_due() const;

  void clear() { missing_.clear(); }

 private:
  struct Missing {
    std::int64_t number = 0;
    WallTime due{};
    int requests = 0;
  };

  std::vector<Missing> missing_;  // ascending
  std::vector<std::uint16_t> due_;
};

/// The packets of one source after another, between the sockets and the reassembler: counts them,
/// restores lost ones from repair packets, notes which ones to request again, and passes them on.
/// Has no sockets and no clock; bound to one thread.
class MediaStream {
 public:
  MediaStream(MediaStreamSettings settings, FrameObserver& observer);

  /// Another source is received from now on. Its packets follow those counted before.
  void begin_source(std::uint32_t ssrc, WallTime now);

  /// The source is gone. Its open frames are given up.
  void end_source();

  /// Call this before take() and take_repair().
  void set_link(const SenderLink& link) { link_ = link; }

  /// A packet of the source, and the datagram that it views.
  void take(const RtpPacket& packet, Bytes datagram, const PacketArrival& arrival);
  void take_repair(Bytes datagram, const PacketArrival& arrival);

  /// After packets were taken: decides how long to wait for the missing ones.
  void plan(WallTime now);

  /// When to call expire() next, if at all.
  std::optional<WallTime> next_expiry() const { return reassembler_.next_expiry(); }
  void expire(WallTime now) { reassembler_.expire(now); }

  /// When packets will have to be requested again, and their numbers, ascending.
  std::optional<WallTime> next_request() const { return missing_.next_due(); }
  std::span<const std::uint16_t> take_requests(WallTime now);

  /// Whether a packet of this source was left out because its frame is too large.
  bool is_too_large() const { return is_too_large_; }

  /// The packets of all sources.
  PacketCounts counts() const;

  /// Counts the packets of the current source, for reception reports.
  SequenceTracker& tracker() { return tracker_; }

 private:
  void forget_packets();
  std::optional<std::int64_t> count(const RtpPacket& packet, WallTime now);
  void take_recovered(std::span<const RecoveredPacket> packets, const PacketArrival& arrival);
  void assemble(const RtpPacket& packet, std::int64_t sequence, const PacketArrival& arrival);
  bool expects_repairs(WallTime now) const;
  microseconds grace(WallTime now) const;

  const MediaStreamSettings settings_;
  SenderLink link_;
  std::optional<std::uint32_t> ssrc_;
  SequenceTracker tracker_;
  JpegReassembler reassembler_;
  FecDecoder fec_;
  MissingPackets missing_;
  WallTime last_repair_{};
  WallTime source_begun_{};
  bool answers_nacks_ = false;  // the sender sends packets again
  bool is_too_large_ = false;

  PacketCounts before_;  // of earlier sources
  std::uint64_t recovered_ = 0;
  std::uint64_t resent_ = 0;
};

}  // namespace jpegwire
