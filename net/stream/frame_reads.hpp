#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/time.hpp"

namespace jpegwire {

/// One call of recv that brought a part of a frame.
struct FrameRead {
  std::size_t offset = 0;      // of its first byte, in the frame with its prefix
  std::size_t bytes = 0;       // of this frame
  microseconds since_first{};  // after the read that brought the frame's first byte
};

/// The reads that brought one frame with its prefix (or its part's head), in order; their bytes
/// add up to those of both. Empty where nobody asked for them.
struct FrameReads {
  /// Reads beyond so many are merged into the last one of the list.
  static constexpr std::size_t kMax = 4096;

  std::vector<FrameRead> list;
  std::size_t merged = 0;        // how many reads were
  std::size_t bytes_before = 0;  // of earlier frames, that came with the first read

  /// The reads whose sizes are known: all, but for the last of the list where others were merged
  /// into it.
  std::span<const FrameRead> single() const {
    return std::span(list).first(merged == 0 ? list.size() : list.size() - 1);
  }

  /// How many calls of recv brought a part of the frame.
  std::size_t count() const { return list.size() + merged; }

  /// The size of the frame with its prefix.
  std::size_t size_bytes() const {
    return list.empty() ? 0 : list.back().offset + list.back().bytes;
  }

  microseconds duration() const { return list.empty() ? microseconds{} : list.back().since_first; }

  /// Whether a reader that takes what one call of recv returns for a frame would have got it.
  bool is_one_whole_read() const { return count() == 1 && bytes_before == 0; }

  void clear() {
    list.clear();
    merged = 0;
    bytes_before = 0;
  }
};

/// Notes the reads of a stream and deals them out to its frames. Takes nothing from the heap once
/// its buffers, and those of the frames with which it exchanges them, have grown. Bound to one
/// thread.
class ReadRecorder {
 public:
  void received(std::size_t bytes, WallTime now);

  /// What came so far belongs to no frame.
  void restart() { pending_.clear(); }

  /// A frame ends; of all that was received `left_over` bytes stand behind it and belong to the
  /// next one. Gives its reads in exchange for what `reads` holds.
  void end_frame(std::size_t left_over, FrameReads& reads);

 private:
  FrameReads pending_;
  std::size_t last_bytes_ = 0;  // of the latest read, whatever they belong to
  WallTime first_{};
  WallTime last_{};
};

}  // namespace jpegwire
