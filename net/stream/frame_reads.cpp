#include "net/stream/frame_reads.hpp"

#include <algorithm>
#include <utility>

namespace jpegwire {

void ReadRecorder::received(std::size_t bytes, WallTime now) {
  if (pending_.list.empty()) first_ = now;
  last_ = now;
  last_bytes_ = bytes;
  if (pending_.list.size() < FrameReads::kMaxReads) {
    pending_.list.push_back({pending_.size_bytes(), bytes, now - first_});
    return;
  }
  FrameRead& last = pending_.list.back();
  last.bytes += bytes;
  last.since_first = now - first_;
  ++pending_.merged;
}

void ReadRecorder::end_frame(std::size_t left_over, FrameReads& reads) {
  std::vector<FrameRead>& list = pending_.list;
  std::size_t surplus = left_over;
  // If a boundary ends the frame, its end may have arrived some reads before the boundary.
  while (!list.empty() && surplus >= list.back().bytes) {
    surplus -= list.back().bytes;
    list.pop_back();
  }
  if (!list.empty()) list.back().bytes -= surplus;
  std::swap(reads, pending_);
  pending_.clear();
  if (left_over == 0) return;
  pending_.list.push_back({0, left_over, microseconds{}});
  pending_.bytes_before = last_bytes_ - std::min(last_bytes_, left_over);
  first_ = last_;
}

}  // namespace jpegwire
