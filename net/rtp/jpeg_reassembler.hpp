#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "codec/object_pool.hpp"
#include "net/rtp/format/jpeg_header.hpp"
#include "net/rtp/format/packet.hpp"
#include "net/rtp/frame_fragments.hpp"
#include "net/stream/stream_observer.hpp"

namespace jpegwire {

struct ReassemblerSettings {
  std::size_t max_frame_bytes = 0;
  int stamp_extension = 1;  // identifier of the stamp's extension element (RFC 8285)
  int payload_type = 0;     // of RTP/JPEG in this stream
};

/// Reassembles RTP/JPEG frames (RFC 2435) from packets in any order and reports them to a
/// FrameObserver. Bounded: at most two frames are open; a third one closes the oldest, and a frame
/// that becomes whole closes those before it. An incomplete frame is given up when its end or a
/// newer frame has arrived and the grace period for late packets is over, or when its packets have
/// stopped for longer than usual. Allocates nothing per frame once its buffers have grown. Has no
/// sockets and no clock; bound to one thread.
class JpegReassembler {
 public:
  enum class Added { used, useless, too_large };

  JpegReassembler(ReassemblerSettings settings, FrameObserver& observer);

  /// Takes a packet whose extended sequence number is new. `read` numbers the calls of recv.
  /// useless: the packet is not RTP/JPEG (then the observer is notified), exceeds the frame's
  /// bounds, contradicts other packets, or belongs to a frame that is over. too_large: it lies
  /// beyond the end of the largest accepted frame.
  Added add(const RtpPacket& packet, std::int64_t sequence, WallTime arrival, std::uint64_t read);

  /// How long to wait for late packets; longer if lost packets may be sent again.
  void set_grace(microseconds grace) { grace_ = grace; }

  /// The sender's clock minus ours, for frames that begin, or whose stamp arrives, from now on.
  void set_sender_ahead(std::optional<microseconds> ahead) { sender_ahead_ = ahead; }

  /// Gives up the frames that have waited long enough.
  void expire(WallTime now);

  /// When to call expire() next; nothing while no frame is open.
  std::optional<WallTime> next_expiry() const;

  /// Packets before this number are of no more use.
  std::int64_t first_open_sequence() const { return closed_ ? *closed_ + 1 : 0; }

  /// Gives up all frames and forgets the stream.
  void reset();

 private:
  struct OpenFrame {
    FrameOrigin origin;
    FrameFragments fragments;
    std::uint32_t timestamp = 0;
    std::int64_t first_sequence = 0;  // of the packets that have arrived
    std::int64_t last_sequence = 0;
    std::optional<ComponentTables> tables;
    bool has_header = false;                  // written, so the tables no longer change
    std::shared_ptr<IncomingFrame> incoming;  // null unless its bands are handed out
    bool is_refused = false;  // kept until it is over, so that its later packets are ignored
    std::uint32_t reads = 0;
    std::uint64_t last_read = 0;
    WallTime last_packet{};
    microseconds longest_gap{};     // between two packets
    std::optional<WallTime> ended;  // when its end or a newer frame arrived
  };
  using OpenFrames = std::list<OpenFrame>;
  using Position = OpenFrames::iterator;

  Position find(std::uint32_t timestamp);
  Position begin(const RtpPacket& packet, const JpegPayload& payload, std::int64_t sequence,
                 WallTime arrival);
  void note_packet(OpenFrame& open, const RtpPacket& packet, std::int64_t sequence,
                   WallTime arrival, std::uint64_t read);
  void learn_tables(OpenFrame& open, const JpegPayload& payload);
  void advance(Position open);
  void hand_out(OpenFrame& open, const Band& band);
  void write_header(const OpenFrame& open);
  void finish(Position open);
  void refuse(OpenFrame& open, JpegVerdict verdict);
  void give_up(Position open);
  void lose(OpenFrame& open, Reception reception, JpegVerdict verdict);
  void close(Position open);
  WallTime expiry(const OpenFrame& open) const;

  ReassemblerSettings settings_;
  FrameObserver& observer_;
  microseconds grace_;
  microseconds usual_gap_;  // the longest between two packets of a frame, lately
  std::optional<microseconds> sender_ahead_;
  ObjectPool<IncomingFrame> incoming_frames_;
  ObjectPool<ReceivedFrame> whole_frames_;
  OpenFrames open_;                     // oldest first
  OpenFrames unused_;                   // kept to reuse their memory
  std::optional<std::int64_t> closed_;  // the highest sequence number of a frame that is over
  std::array<std::optional<ComponentTables>, 128> tables_;  // by Q - 128
  std::vector<std::byte> header_bytes_;                     // written last
  JpegLayout header_;                                       // of these
};

}  // namespace jpegwire
