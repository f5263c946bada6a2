#include "sender/pipeline/frame_planner.hpp"

namespace jpegwire {
namespace {

// 0 is no limit.
bool exceeds(PictureSize picture, PictureSize limit) {
  return (limit.width > 0 && picture.width > limit.width) ||
         (limit.height > 0 && picture.height > limit.height);
}

}  // namespace

GroupSet FramePlan::groups_that_carry(const EncodedFrame& frame) const {
  constexpr int kBest = 100;
  const JpegLayout& layout = frame.layout;
  const auto size_bytes = static_cast<double>(layout.size_bytes());
  const int quality = frame.quality == 0 ? kBest : frame.quality;
  GroupSet groups = wants_full ? only_group(kFullGroup) : 0;
  for (const GroupOrder& order : orders)
    if (order.budget_bytes >= size_bytes && order.quality >= quality &&
        !exceeds({layout.width, layout.height}, order.limit))
      groups |= only_group(order.group);
  return groups;
}

GroupSet FramePlan::all_groups() const {
  GroupSet groups = wants_full ? only_group(kFullGroup) : 0;
  for (const GroupOrder& order : orders) groups |= only_group(order.group);
  return groups;
}

FramePlanner::FramePlanner(const ViewerCount& viewer_count, RateBoard& board, microseconds interval)
    : viewer_count_(viewer_count), board_(board), interval_(interval) {}

const FramePlan& FramePlanner::plan(WallTime capture_time) {
  interval_.note(capture_time);
  const int viewers = viewer_count_.count() + viewer_count_.frame_requests();
  plan_.wants_full = viewers > static_cast<int>(board_.viewers());
  board_.plan(plan_.orders, interval_.get(), full_frame_bytes_, capture_time,
              std::chrono::steady_clock::now());
  std::erase_if(plan_.orders, [](const GroupOrder& order) { return !order.has_ready_member; });
  return plan_;
}

void FramePlanner::note_full_frame(std::size_t size_bytes) {
  const auto size = static_cast<double>(size_bytes);
  full_frame_bytes_ += (size - full_frame_bytes_) / (full_frame_bytes_ == 0 ? 1 : 8);
}

}  // namespace jpegwire
