#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/time.hpp"

namespace jpegwire {

/// A call of recv that returned a part of a frame.
struct FrameRead {
  std::size_t offset = 0;      // of its first byte in the frame, prefix included
  std::size_t bytes = 0;       // of this frame
  microseconds since_first{};  // after the read that returned the frame's first byte
};

/// The reads that returned one frame with its prefix (or its part's head), in order; their bytes
/// add up to the size of both. Empty if reads are not recorded.
struct FrameReads {
  /// Further reads are merged into the last one of the list.
  static constexpr std::size_t kMaxReads = 4096;

  std::vector<FrameRead> list;
  std::size_t merged = 0;        // number of merged reads
  std::size_t bytes_before = 0;  // of earlier frames, returned by the first read

  /// The reads whose sizes are known: all, except the last one if others were merged into it.
  std::span<const FrameRead> single() const {
    return std::span(list).first(merged == 0 ? list.size() : list.size() - 1);
  }

  /// The number of calls of recv that returned a part of the frame.
  std::size_t count() const { return list.size() + merged; }

  /// The size of the frame, prefix included.
  std::size_t size_bytes() const {
    return list.empty() ? 0 : list.back().offset + list.back().bytes;
  }

  microseconds duration() const { return list.empty() ? microseconds{} : list.back().since_first; }

  /// Whether one call of recv returned exactly this frame.
  bool is_one_whole_read() const { return count() == 1 && bytes_before == 0; }

  void clear() {
    list.clear();
    merged = 0;
    bytes_before = 0;
  }
};

/// Records the reads of a stream and assigns them to its frames. Allocates nothing once its
/// buffers, and those of the frames with which it exchanges them, have grown. Bound to one thread.
class ReadRecorder {
 public:
  void received(std::size_t bytes, WallTime now);

  /// The bytes received so far belong to no frame.
  void restart() { pending_.clear(); }

  /// A frame has ended; the last `left_over` bytes received belong to the next one. Exchanges its
  /// reads for the content of `reads`.
  void end_frame(std::size_t left_over, FrameReads& reads);

 private:
  FrameReads pending_;
  std::size_t last_bytes_ = 0;  // of the latest read
  WallTime first_{};
  WallTime last_{};
};

}  // namespace jpegwire
