#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "codec/object_pool.hpp"
#include "net/rtp/format/packet.hpp"
#include "net/rtp/frame_in_pieces.hpp"
#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// What becomes of the frames that a reassembler makes.
class ReassemblyObserver {
 public:
  ReassemblyObserver() = default;
  ReassemblyObserver(const ReassemblyObserver&) = delete;
  ReassemblyObserver& operator=(const ReassemblyObserver&) = delete;
  virtual ~ReassemblyObserver() = default;

  /// The first band is there; bands go through the frame's feed as they become whole.
  virtual void frame_opened(const std::shared_ptr<ReceivedFrame>& frame) = 0;

  /// All of an opened frame is there, and it has passed the gate. The feed is closed next.
  virtual void frame_whole(const std::shared_ptr<ReceivedFrame>& frame) = 0;

  /// The frame is given up with parts missing or in contradiction. It may never have been opened.
  virtual void frame_given_up(const std::shared_ptr<ReceivedFrame>& frame, Reception how,
                              bool was_opened) = 0;

  /// A packet belongs behind the end of the largest frame that is taken, and is left out.
  virtual void frame_too_large() {}
};

struct ReassemblerSettings {
  std::size_t max_frame_bytes = 0;
  int stamp_extension = 1;  // the identifier of the stamp's element (RFC 8285)
};

/// Puts RTP/JPEG frames together (RFC 2435) out of packets in any order. It is bounded: two frames
/// at most are open, a third closes the oldest, and one that is whole closes those before it. An
/// incomplete one is given up when its end or a newer frame has come and stragglers have had their
/// time, or when it has stopped for longer than frames do. Knows no sockets and no clock; bound to
/// one thread.
class JpegReassembler {
 public:
  JpegReassembler(ReassemblerSettings settings, ReassemblyObserver& observer);

  /// Takes a packet that came, whose extended sequence number is new. `read` numbers the calls of
  /// recv. False where it is of no use: not for us, out of bounds, or of a frame that is over.
  bool add(const RtpPacket& packet, std::int64_t sequence, WallTime arrival, std::uint64_t read);

  /// How long stragglers are waited for: longer where lost packets may be sent again.
  void set_grace(microseconds grace) { grace_ = grace; }

  /// Gives up what has waited long enough.
  void expire(WallTime now);

  /// When expire() has something to do next; nothing while no frame is open.
  std::optional<WallTime> next_expiry() const;

  /// Packets before this number are of no more use.
  std::int64_t first_open_sequence() const { return closed_ ? *closed_ + 1 : 0; }

  /// Gives up all, as for a new stream.
  void reset();

 private:
  struct OpenFrame {
    std::shared_ptr<ReceivedFrame> frame;
    FrameInPieces pieces;
    std::uint32_t timestamp = 0;
    std::int64_t first_sequence = 0;  // of its packets, as far as they have come
    std::int64_t last_sequence = 0;
    std::optional<QuantizationTables> tables;
    bool is_opened = false;
    bool is_refused = false;  // kept until it is over, so that what still comes is passed over
    std::uint64_t last_read = 0;
    WallTime last_packet{};
    microseconds longest_gap{};     // between two of its packets
    std::optional<WallTime> ended;  // when its end or a newer frame came
  };
  using OpenFrames = std::list<OpenFrame>;
  using Position = OpenFrames::iterator;

  Position find(std::uint32_t timestamp);
  Position begin(const RtpPacket& packet, const JpegPayload& payload, std::int64_t sequence,
                 WallTime arrival);
  std::shared_ptr<ReceivedFrame> take_frame(WallTime first_byte);
  void note_packet(OpenFrame& open, const RtpPacket& packet, std::int64_t sequence,
                   WallTime arrival, std::uint64_t read);
  void learn_tables(OpenFrame& open, const JpegPayload& payload);
  void advance(Position open);
  void begin_decoding(OpenFrame& open);
  void finish(Position open);
  void refuse(OpenFrame& open);
  void give_up(Position open);
  void close(Position open);
  WallTime expiry(const OpenFrame& open) const;

  ReassemblerSettings settings_;
  ReassemblyObserver& observer_;
  microseconds grace_;
  microseconds usual_gap_;  // the longest between two packets of a frame, lately
  ObjectPool<ReceivedFrame> frames_;
  OpenFrames open_;                     // oldest first
  OpenFrames unused_;                   // kept, so that a frame costs no allocation
  std::optional<std::int64_t> closed_;  // the highest number of a frame that is over
  std::array<std::optional<QuantizationTables>, 128> tables_;  // of Q from 128 on
  JpegLayout whole_layout_;
};

}  // namespace jpegwire
