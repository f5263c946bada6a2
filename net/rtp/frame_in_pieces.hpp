#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "codec/frame.hpp"
#include "net/rtp/format/jpeg_payload.hpp"

namespace jpegwire {

/// The bytes of one frame's scan as they come in pieces, in any order. It knows the runs of them
/// that can be decoded alone: restart intervals where packets are aligned with them (RFC 2435,
/// section 3.1.7), else the whole scan. Memory is bounded by the size of the largest frame, and
/// grows no more than a window beyond what has come. Bound to one thread.
class FrameInPieces {
 public:
  enum class Placed { taken, useless, contradiction, too_large };
  enum class Run { none, whole, contradiction };

  /// Begins a frame whose bytes go to `storage`, behind room for the header. `storage` never moves:
  /// it has the capacity for the largest frame from the first use on.
  void begin(const JpegFormat& format, std::size_t max_frame_bytes,
             std::vector<std::byte>& storage);

  /// Copies a packet's data to its place. Too large is a frame that has bytes behind the largest's
  /// end; they are left out. Useless is what is there already or out of bounds; a
  /// contradiction is what overlaps with other bytes or another format.
  Placed place(const JpegPayload& payload, bool marker);

  /// Whether a run has become whole that was not given out; then `band` is where its rows are.
  Run next_whole_run(Band& band);

  /// Whether all of the frame is there and no run left to give out.
  bool is_whole() const;

  /// Cuts the storage to the JPEG's size, once it is whole.
  void trim();

  /// Whether runs can be decoded before the frame is whole.
  bool is_aligned() const { return is_aligned_; }

  /// Of the scan, as far as it has come.
  std::size_t size_bytes() const { return size_; }

  const JpegFormat& format() const { return format_; }

 private:
  struct Piece {
    std::uint32_t offset = 0;
    std::uint32_t end = 0;
  };

  struct Pieces {
    std::vector<Piece> sorted;
    std::optional<std::uint32_t> begin;  // where the run begins and ends, once that is known
    std::optional<std::uint32_t> end;
    std::uint32_t size = 0;     // bytes
    bool is_given_out = false;  // itself, or as a part of the run before
  };

  bool is_within_bounds(const JpegPayload& payload) const;
  bool is_apart_from_neighbours(std::size_t run, const Piece& piece) const;
  Placed insert(Pieces& run, const Piece& piece, Bytes data);
  bool note_ends(Pieces& run, const Piece& piece, bool first, bool last) const;
  bool is_whole(const Pieces& run) const;
  void copy(const Piece& piece, Bytes data);
  std::span<std::byte> bytes(std::uint32_t begin, std::uint32_t end);
  Run give_out(std::size_t index, Band& band);
  bool claim(std::size_t first, std::size_t behind);
  void append_end_of_image(std::uint32_t begin, std::uint32_t end);

  JpegFormat format_;
  std::size_t max_frame_bytes_ = 0;
  std::size_t header_size_ = 0;
  std::vector<std::byte>* storage_ = nullptr;
  bool is_aligned_ = false;
  bool is_first_ = true;
  int intervals_ = 1;          // of the whole frame
  int rows_per_interval_ = 0;  // pixels
  int intervals_given_out_ = 0;
  std::size_t runs_in_use_ = 0;
  std::vector<Pieces> runs_;  // by the number of their first interval
  std::vector<std::size_t> whole_runs_;
  std::uint32_t extent_ = 0;  // of what has come
  std::uint32_t size_ = 0;    // bytes of it
  std::uint32_t appended_ = 0;
};

}  // namespace jpegwire
