#include "net/rtp/frame_in_pieces.hpp"

#include <algorithm>

#include "codec/jpeg_layout.hpp"
#include "codec/jpeg_markers.hpp"
#include "net/rtp/format/jpeg_header.hpp"

namespace jpegwire {
namespace {

// What may be missing between the bytes that have come and the next ones, so that a stray packet
// with a far offset costs no memory.
constexpr std::size_t kWindowBytes = std::size_t{1} << 20;
constexpr std::size_t kGrowthBytes = std::size_t{64} << 10;
constexpr std::size_t kEndOfImageSizeBytes = 2;

}  // namespace

void FrameInPieces::begin(const JpegFormat& format, std::size_t max_frame_bytes,
                          std::vector<std::byte>& storage) {
  format_ = format;
  max_frame_bytes_ = max_frame_bytes;
  header_size_ = jpeg_header_size_bytes(format);
  storage_ = &storage;
  storage.reserve(header_size_ + max_frame_bytes + kEndOfImageSizeBytes);
  for (Pieces& run : runs_) {
    run.sorted.clear();
    run = {.sorted = std::move(run.sorted), .begin = {}, .end = {}};
  }
  whole_runs_.clear();
  is_first_ = true;
  intervals_given_out_ = 0;
  extent_ = size_ = appended_ = 0;
}

FrameInPieces::Placed FrameInPieces::place(const JpegPayload& payload, bool marker) {
  if (payload.format != format_) return Placed::contradiction;
  const JpegFragment& fragment = payload.fragment;
  const int row = (format_.width + 15) / 16;
  const int mcu_height = format_.is_420 ? 16 : 8;
  const bool aligned = format_.restart_interval > 0 && format_.restart_interval % row == 0 &&
                       fragment.restart_count != kUnalignedRestartCount;
  if (std::exchange(is_first_, false)) {
    is_aligned_ = aligned;
    rows_per_interval_ = aligned ? format_.restart_interval / row * mcu_height : format_.height;
    intervals_ = (format_.height + rows_per_interval_ - 1) / rows_per_interval_;
    runs_in_use_ = static_cast<std::size_t>(intervals_);
    if (runs_.size() < runs_in_use_) runs_.resize(runs_in_use_);
  }
  if (aligned != is_aligned_) return Placed::contradiction;
  if (fragment.offset + payload.data.size() > max_frame_bytes_) return Placed::too_large;
  if (!is_within_bounds(payload)) return Placed::useless;
  const std::size_t index = aligned ? fragment.restart_count : 0;
  const Piece piece{fragment.offset,
                    fragment.offset + static_cast<std::uint32_t>(payload.data.size())};
  if (!is_apart_from_neighbours(index, piece)) return Placed::contradiction;
  Pieces& run = runs_[index];
  const Placed placed = insert(run, piece, payload.data);
  if (placed != Placed::taken) return placed;
  const bool first = aligned ? fragment.first : fragment.offset == 0;
  const bool last = aligned ? fragment.last : marker;
  // Others may be reading what was given out, the end of the image behind it too.
  if (run.is_given_out || !note_ends(run, piece, first, last)) return Placed::contradiction;
  copy(piece, payload.data);
  if (is_whole(run)) whole_runs_.push_back(index);
  return Placed::taken;
}

bool FrameInPieces::is_within_bounds(const JpegPayload& payload) const {
  const JpegFragment& fragment = payload.fragment;
  return fragment.offset <= extent_ + kWindowBytes &&
         (!is_aligned_ || fragment.restart_count < intervals_);
}

// Runs lie one behind the other, so a piece lies between those of the runs before and behind it.
bool FrameInPieces::is_apart_from_neighbours(std::size_t run, const Piece& piece) const {
  for (std::size_t before = run; before-- > 0;) {
    if (runs_[before].sorted.empty()) continue;
    if (runs_[before].sorted.back().end > piece.offset) return false;
    break;
  }
  for (std::size_t behind = run + 1; behind < runs_in_use_; ++behind) {
    if (runs_[behind].sorted.empty()) continue;
    return piece.end <= runs_[behind].sorted.front().offset;
  }
  return true;
}

FrameInPieces::Placed FrameInPieces::insert(Pieces& run, const Piece& piece, Bytes data) {
  const auto behind = std::ranges::upper_bound(run.sorted, piece.offset, {}, &Piece::offset);
  if (behind != run.sorted.begin()) {
    const Piece& before = *std::prev(behind);
    if (before.offset == piece.offset && before.end == piece.end)
      return std::ranges::equal(bytes(piece.offset, piece.end), data) ? Placed::useless
                                                                      : Placed::contradiction;
    if (before.end > piece.offset) return Placed::contradiction;
  }
  if (behind != run.sorted.end() && behind->offset < piece.end) return Placed::contradiction;
  run.sorted.insert(behind, piece);
  run.size += piece.end - piece.offset;
  return Placed::taken;
}

void FrameInPieces::copy(const Piece& piece, Bytes data) {
  const std::size_t needed = header_size_ + piece.end + kEndOfImageSizeBytes;
  if (storage_->size() < needed)
    storage_->resize(
        std::min((needed + kGrowthBytes) / kGrowthBytes * kGrowthBytes, storage_->capacity()));
  std::ranges::copy(data, bytes(piece.offset, piece.end).begin());
  extent_ = std::max(extent_, piece.end);
  size_ += piece.end - piece.offset;
}

std::span<std::byte> FrameInPieces::bytes(std::uint32_t begin, std::uint32_t end) {
  return std::span(*storage_).subspan(header_size_ + begin, end - begin);
}

bool FrameInPieces::note_ends(Pieces& run, const Piece& piece, bool first, bool last) const {
  if (first && run.begin.value_or(piece.offset) != piece.offset) return false;
  if (last && run.end.value_or(piece.end) != piece.end) return false;
  if (first) run.begin = piece.offset;
  if (last) run.end = piece.end;
  return run.sorted.front().offset >= run.begin.value_or(0) &&
         run.sorted.back().end <= run.end.value_or(run.sorted.back().end);
}

bool FrameInPieces::is_whole(const Pieces& run) const {
  return run.begin && run.end && run.size == *run.end - *run.begin;
}

FrameInPieces::Run FrameInPieces::next_whole_run(Band& band) {
  if (whole_runs_.empty()) return Run::none;
  const std::size_t index = whole_runs_.back();
  whole_runs_.pop_back();
  return give_out(index, band);
}

// A run has as many intervals as restart markers, and one more where it ends the frame.
FrameInPieces::Run FrameInPieces::give_out(std::size_t index, Band& band) {
  const Pieces& run = runs_[index];
  const Bytes scan = bytes(*run.begin, *run.end);
  // A whole scan goes through the gate, which also knows what may stand behind it.
  const std::optional<int> restarts = is_aligned_ ? count_restarts(scan) : 0;
  if (!restarts) return Run::contradiction;
  const int first = static_cast<int>(index);
  const bool is_last = !is_aligned_ || !marker::is_restart(marker::at_end_of(scan));
  const int intervals = *restarts + (is_last ? 1 : 0);
  const int behind = first + intervals;
  if (behind > intervals_ || (is_last && behind != intervals_)) return Run::contradiction;
  if (!is_last && scan.back() != marker::restart(behind - 1)) return Run::contradiction;
  if (!claim(index, static_cast<std::size_t>(behind))) return Run::contradiction;
  if (is_last) append_end_of_image(*run.begin, *run.end);
  intervals_given_out_ += intervals;
  const int top = first * rows_per_interval_;
  band = {.top = top,
          .height = std::min(intervals * rows_per_interval_, format_.height - top),
          .bytes = bytes(*run.begin, *run.end + (is_last ? appended_ : 0))};
  return Run::whole;
}

// No two bands have the same rows.
bool FrameInPieces::claim(std::size_t first, std::size_t behind) {
  const auto runs = std::span(runs_).subspan(first, behind - first);
  const auto is_taken = [](const Pieces& run) { return run.is_given_out || !run.sorted.empty(); };
  if (runs.front().is_given_out || std::ranges::any_of(runs.subspan(1), is_taken)) return false;
  for (Pieces& run : runs) run.is_given_out = true;
  return true;
}

// Senders may leave it out (RFC 2435, section 3.2).
void FrameInPieces::append_end_of_image(std::uint32_t begin, std::uint32_t end) {
  if (marker::at_end_of(bytes(begin, end)) == marker::kEndOfImage) return;
  const std::span<std::byte> tail = bytes(end, end + kEndOfImageSizeBytes);
  tail[0] = marker::kPrefix;
  tail[1] = marker::kEndOfImage;
  appended_ = kEndOfImageSizeBytes;
}

bool FrameInPieces::is_whole() const {
  return whole_runs_.empty() && intervals_given_out_ == intervals_ && size_ == extent_;
}

void FrameInPieces::trim() { storage_->resize(header_size_ + extent_ + appended_); }

}  // namespace jpegwire
