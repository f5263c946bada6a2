#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "net/stream/frame_interval.hpp"
#include "net/stream/frame_sink.hpp"
#include "net/stream/rate_board.hpp"

namespace jpegwire {

/// Which frames an RTP stream is sent: the full ones, as soon as their first bands are encoded, as
/// long as the link carries them; otherwise those of a group of viewers, made for what the link
/// carries. The stream has a place on the board only then. Bound to the io thread unless a function
/// says otherwise.
class StreamGroup {
 public:
  /// The board must outlive this.
  explicit StreamGroup(RateBoard& board) : board_(board) {}

  /// A frame was sent. From the full ones it learns what they need.
  void note_frame(const EncodedFrame& frame);

  /// What the link carries. Nothing if no receiver reports: then nothing is adapted.
  void update(const std::optional<LinkState>& link, const ViewerWish& wish, SteadyTime now);

  /// About the size of a full frame; 0: unknown.
  double full_frame_bytes() const { return full_.bytes; }

  // Any thread.

  /// The group whose frames are to be sent.
  unsigned group() const;

  /// Whether a frame that was made for these groups is to be sent. Call this once for each, and
  /// for the bands of a full frame too. It is not if the same capture was sent from another group,
  /// which the stream has just left.
  bool takes(GroupSet groups, const EncodedFrame& frame);

  /// Between the frames that were made, for whichever group.
  microseconds interval() const;

 private:
  struct FullFrames {
    double bytes = 0;  // recently; 0: unknown
    PictureSize size{};
    int quality = 0;
  };

  void join(const LinkState& link, const ViewerWish& wish);
  void leave();

  RateBoard& board_;
  FullFrames full_;
  std::optional<SteadyTime> carried_since_;  // the link carries full frames easily
  ViewerWish wish_;

  mutable std::mutex mutex_;
  FrameInterval interval_;
  std::unique_ptr<RateBoard::Place> place_;  // null: full frames
  std::optional<std::uint32_t> last_taken_;  // its sequence number
  unsigned last_group_ = kFullGroup;         // from which it was taken
};

}  // namespace jpegwire
