#pragma once

#include <cstddef>
#include <vector>

#include "codec/frame.hpp"
#include "net/stream/frame_interval.hpp"
#include "net/stream/frame_sink.hpp"
#include "net/stream/rate_board.hpp"
#include "net/stream/viewer_count.hpp"

namespace jpegwire {

/// For whom a frame is to be made.
struct FramePlan {
  bool wants_full = false;         // someone takes frames only as they come
  std::vector<GroupOrder> orders;  // of the groups that will take it, slowest first

  bool is_empty() const { return !wants_full && orders.empty(); }

  /// Those groups that can be given a frame as it comes. A window that is smaller than the picture
  /// is no reason to make another frame.
  GroupSet groups_that_carry(const EncodedFrame& frame) const;

  GroupSet all_groups() const;
};

/// Plans each frame from what the viewers' links carry. Bound to one thread.
class FramePlanner {
 public:
  /// Both must outlive this.
  FramePlanner(const ViewerCount& viewer_count, RateBoard& board, microseconds interval);

  /// Call this for each frame that could be made; valid until the next call.
  const FramePlan& plan(WallTime capture_time);

  /// The size of a frame as it comes, or as large as it would be.
  void note_full_frame(std::size_t size_bytes);

 private:
  const ViewerCount& viewer_count_;
  RateBoard& board_;
  FrameInterval interval_;
  double full_frame_bytes_ = 0;  // recently; 0: not known yet
  FramePlan plan_;
};

}  // namespace jpegwire
