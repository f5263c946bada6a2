#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/frame.hpp"
#include "net/rtp/format/jpeg_payload.hpp"

namespace jpegwire {

/// The scan of one frame, assembled from fragments that arrive in any order. Finds the runs of
/// fragments that can be decoded alone: restart intervals if packets are aligned with them (RFC
/// 2435, section 3.1.7), otherwise the whole scan. The storage is private to this object: it may
/// move while it grows, and what others read are copies (IncomingFrame) or the whole JPEG once it
/// is complete (take_jpeg). It is bounded by the largest frame and is never larger than the
/// fragments that have arrived and a window behind them. Bound to one thread.
class FrameFragments {
 public:
  enum class Placed { taken, useless, contradiction, too_large };
  enum class Next { none, band, contradiction };

  /// Starts a frame of this format.
  void reset(const JpegFormat& format, std::size_t max_frame_bytes);

  /// Checks a packet's fragment and, if it is new, copies it to its place. too_large: it ends
  /// beyond the end of the largest frame, and is ignored. useless: it is a duplicate or out of
  /// bounds. contradiction: it overlaps with other fragments or has another format.
  Placed place(const JpegPayload& payload, bool marker);

  /// Gives the next band that is whole and was not given yet. Its bytes are valid until the next
  /// call of place(). contradiction: the bytes are not the restart intervals that they claim to be.
  Next next_band(Band& band);

  /// Whether the frame is complete and all its bands were given.
  bool is_whole() const;

  /// Puts SOI and the header in front of the scan, once it is whole, and exchanges the JPEG for a
  /// buffer to reuse. `header` has at least jpeg_header_size_bytes().
  void take_jpeg(Bytes header, std::vector<std::byte>& jpeg);

  /// Whether bands can be decoded before the frame is whole.
  bool is_aligned() const { return is_aligned_; }

  /// Bytes of the scan that have arrived.
  std::size_t size_bytes() const { return size_; }

  /// Bytes of memory that the header and the scan take at present.
  std::size_t storage_size_bytes() const { return storage_.size(); }

  const JpegFormat& format() const { return format_; }

 private:
  /// Bytes [offset, end) of the scan.
  struct Range {
    std::uint32_t offset = 0;
    std::uint32_t end = 0;

    bool operator==(const Range&) const = default;
  };

  /// A fragment, described by the headers of its packet.
  struct Fragment {
    Range range;
    std::size_t run = 0;    // index of its run
    bool is_first = false;  // of its run
    bool is_last = false;
    Bytes data;
  };

  /// Fragments that are decoded together.
  struct Run {
    std::vector<Range> ranges;           // sorted, without overlaps
    std::optional<std::uint32_t> begin;  // of the run, once known
    std::optional<std::uint32_t> end;
    std::uint32_t size = 0;  // bytes that have arrived
    bool is_given = false;   // by next_band(), itself or as a part of the run before

    bool is_whole() const { return begin && end && size == *end - *begin; }
  };

  bool is_aligned(const JpegPayload& payload) const;
  void choose_intervals(bool aligned);
  Placed check(const Fragment& fragment) const;
  bool is_within_bounds(const Fragment& fragment) const;
  bool is_apart_from_neighbors(const Fragment& fragment) const;
  bool fits_run(const Fragment& fragment) const;
  void insert(const Fragment& fragment);
  void grow_to(std::uint32_t end);
  Bytes bytes(const Range& range) const;
  std::span<std::byte> bytes(const Range& range);
  Next give(std::size_t index, Band& band);
  bool claim(std::size_t first, std::size_t end);
  void append_end_of_image(const Range& last);

  JpegFormat format_;
  std::size_t max_frame_bytes_ = 0;
  std::size_t header_size_ = 0;
  std::vector<std::byte> storage_;  // room for the header, the scan, room for an end of image
  bool is_aligned_ = false;
  bool has_intervals_ = false;  // according to the first accepted fragment
  int intervals_ = 1;           // of the whole frame
  int rows_per_interval_ = 0;   // pixels
  int intervals_given_ = 0;
  std::size_t runs_in_use_ = 0;
  std::vector<Run> runs_;  // by the number of their first interval
  std::vector<std::size_t> whole_runs_;
  std::uint32_t extent_ = 0;    // end of the last fragment
  std::uint32_t size_ = 0;      // bytes that have arrived
  std::uint32_t appended_ = 0;  // bytes of an end of image that the sender left out
};

}  // namespace jpegwire
