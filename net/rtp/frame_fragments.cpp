#include "net/rtp/frame_fragments.hpp"

#include <algorithm>
#include <utility>

#include "codec/bytes.hpp"
#include "codec/jpeg_layout.hpp"
#include "codec/jpeg_markers.hpp"
#include "net/rtp/format/jpeg_header.hpp"

namespace jpegwire {
namespace {

// The largest gap between the fragments that have arrived and the next one, so that a stray packet
// with a far offset costs no memory.
constexpr std::size_t kWindowBytes = std::size_t{1} << 20;
constexpr std::size_t kGrowthBytes = std::size_t{64} << 10;
constexpr std::uint32_t kEndOfImageSizeBytes = 2;

std::uint32_t size_of(const auto& range) { return range.end - range.offset; }

}  // namespace

void FrameFragments::reset(const JpegFormat& format, std::size_t max_frame_bytes) {
  format_ = format;
  max_frame_bytes_ = max_frame_bytes;
  header_size_ = jpeg_header_size_bytes(format);
  for (Run& run : runs_) {
    run.ranges.clear();
    run = {.ranges = std::move(run.ranges), .begin = {}, .end = {}};
  }
  whole_runs_.clear();
  has_intervals_ = false;
  intervals_given_ = 0;
  extent_ = size_ = appended_ = 0;
}

FrameFragments::Placed FrameFragments::place(const JpegPayload& payload, bool marker) {
  const JpegFragment& part = payload.fragment;
  const bool aligned = is_aligned(payload);
  if (!has_intervals_) choose_intervals(aligned);
  if (payload.format != format_ || aligned != is_aligned_) return Placed::contradiction;
  const Fragment fragment{
      .range = {part.offset, part.offset + static_cast<std::uint32_t>(payload.data.size())},
      .run = aligned ? part.restart_count : std::size_t{0},
      .is_first = aligned ? part.first : part.offset == 0,
      .is_last = aligned ? part.last : marker,
      .data = payload.data};
  const Placed placed = check(fragment);
  if (placed == Placed::taken) insert(fragment);
  return placed;
}

bool FrameFragments::is_aligned(const JpegPayload& payload) const {
  const int row = (format_.width + 15) / 16;
  return format_.restart_interval > 0 && format_.restart_interval % row == 0 &&
         payload.fragment.restart_count != kUnalignedRestartCount;
}

void FrameFragments::choose_intervals(bool aligned) {
  const int row = (format_.width + 15) / 16;
  const int mcu_height = format_.is_420 ? 16 : 8;
  is_aligned_ = aligned;
  rows_per_interval_ = aligned ? format_.restart_interval / row * mcu_height : format_.height;
  intervals_ = (format_.height + rows_per_interval_ - 1) / rows_per_interval_;
  runs_in_use_ = static_cast<std::size_t>(intervals_);
  if (runs_.size() < runs_in_use_) runs_.resize(runs_in_use_);
}

FrameFragments::Placed FrameFragments::check(const Fragment& fragment) const {
  if (fragment.range.end > max_frame_bytes_) return Placed::too_large;
  if (!is_within_bounds(fragment)) return Placed::useless;
  const Run& run = runs_[fragment.run];
  const auto known =
      std::ranges::lower_bound(run.ranges, fragment.range.offset, {}, &Range::offset);
  if (known != run.ranges.end() && known->offset == fragment.range.offset) {
    const bool is_duplicate =
        *known == fragment.range && std::ranges::equal(bytes(*known), fragment.data);
    return is_duplicate ? Placed::useless : Placed::contradiction;
  }
  const bool fits = !run.is_given && is_apart_from_neighbors(fragment) && fits_run(fragment);
  return fits ? Placed::taken : Placed::contradiction;
}

bool FrameFragments::is_within_bounds(const Fragment& fragment) const {
  return fragment.range.offset <= extent_ + kWindowBytes && fragment.run < runs_in_use_;
}

// Runs do not overlap, so a fragment must lie between the runs before and after its own.
bool FrameFragments::is_apart_from_neighbors(const Fragment& fragment) const {
  const std::span runs = std::span(runs_).first(runs_in_use_);
  const auto has_ranges = [](const Run& run) { return !run.ranges.empty(); };
  for (std::size_t i = fragment.run; i-- > 0;) {
    if (!has_ranges(runs[i])) continue;
    if (runs[i].ranges.back().end > fragment.range.offset) return false;
    break;
  }
  const auto behind = std::ranges::find_if(runs.subspan(fragment.run + 1), has_ranges);
  return behind == runs.end() || fragment.range.end <= behind->ranges.front().offset;
}

// Whether the fragment does not overlap others of its run, and agrees with the known ends of the
// run.
bool FrameFragments::fits_run(const Fragment& fragment) const {
  const Run& run = runs_[fragment.run];
  const Range& range = fragment.range;
  const auto behind = std::ranges::upper_bound(run.ranges, range.offset, {}, &Range::offset);
  const bool is_lowest = behind == run.ranges.begin();
  const bool is_highest = behind == run.ranges.end();
  if (!is_lowest && std::prev(behind)->end > range.offset) return false;
  if (!is_highest && behind->offset < range.end) return false;
  const bool begins_right = range.offset >= run.begin.value_or(0);
  const bool ends_right = range.end <= run.end.value_or(range.end);
  return begins_right && ends_right && (!fragment.is_first || is_lowest) &&
         (!fragment.is_last || is_highest) && (!fragment.is_first || !run.begin) &&
         (!fragment.is_last || !run.end);
}

void FrameFragments::insert(const Fragment& fragment) {
  has_intervals_ = true;
  const Range& range = fragment.range;
  Run& run = runs_[fragment.run];
  run.ranges.insert(std::ranges::upper_bound(run.ranges, range.offset, {}, &Range::offset), range);
  run.size += size_of(range);
  if (fragment.is_first) run.begin = range.offset;
  if (fragment.is_last) run.end = range.end;
  grow_to(range.end);
  put_bytes(bytes(range), fragment.data);
  size_ += size_of(range);
  if (run.is_whole()) whole_runs_.push_back(fragment.run);
}

void FrameFragments::grow_to(std::uint32_t end) {
  extent_ = std::max(extent_, end);
  const std::size_t needed = header_size_ + extent_ + kEndOfImageSizeBytes;
  const std::size_t most = header_size_ + max_frame_bytes_ + kEndOfImageSizeBytes;
  const std::size_t rounded = (needed + kGrowthBytes - 1) / kGrowthBytes * kGrowthBytes;
  if (storage_.size() < needed) storage_.resize(std::min(rounded, most));
}

Bytes FrameFragments::bytes(const Range& range) const {
  return Bytes(storage_).subspan(header_size_ + range.offset, size_of(range));
}

std::span<std::byte> FrameFragments::bytes(const Range& range) {
  return std::span(storage_).subspan(header_size_ + range.offset, size_of(range));
}

FrameFragments::Next FrameFragments::next_band(Band& band) {
  if (whole_runs_.empty()) return Next::none;
  const std::size_t index = whole_runs_.back();
  whole_runs_.pop_back();
  return give(index, band);
}

// A run has as many intervals as restart markers, and one more if it ends the frame.
FrameFragments::Next FrameFragments::give(std::size_t index, Band& band) {
  const Run& run = runs_[index];
  Range range{*run.begin, *run.end};
  const Bytes scan = bytes(range);
  // A whole scan is validated with the JPEG, whose validation also knows what may follow the scan.
  const std::optional<int> restarts = is_aligned_ ? count_restarts(scan) : 0;
  if (!restarts) return Next::contradiction;
  const int first = static_cast<int>(index);
  const bool is_last = !is_aligned_ || !marker::is_restart(marker::at_end_of(scan));
  const int intervals = *restarts + (is_last ? 1 : 0);
  const int end = first + intervals;
  if (end > intervals_ || (is_last && end != intervals_)) return Next::contradiction;
  if (!is_last && scan.back() != marker::restart(end - 1)) return Next::contradiction;
  if (!claim(index, static_cast<std::size_t>(end))) return Next::contradiction;
  if (is_last) append_end_of_image(range);
  intervals_given_ += intervals;
  if (is_last) range.end += appended_;
  const int top = first * rows_per_interval_;
  band = {.top = top,
          .height = std::min(intervals * rows_per_interval_, format_.height - top),
          .bytes = bytes(range)};
  return Next::band;
}

// No two bands have the same rows.
bool FrameFragments::claim(std::size_t first, std::size_t end) {
  const auto runs = std::span(runs_).subspan(first, end - first);
  const auto is_taken = [](const Run& run) { return run.is_given || !run.ranges.empty(); };
  if (runs.front().is_given || std::ranges::any_of(runs.subspan(1), is_taken)) return false;
  for (Run& run : runs) run.is_given = true;
  return true;
}

// Senders may leave it out (RFC 2435, section 3.2).
void FrameFragments::append_end_of_image(const Range& last) {
  if (marker::at_end_of(bytes(last)) == marker::kEndOfImage) return;
  const std::span<std::byte> tail = bytes({last.end, last.end + kEndOfImageSizeBytes});
  tail[0] = marker::kPrefix;
  tail[1] = marker::kEndOfImage;
  appended_ = kEndOfImageSizeBytes;
}

bool FrameFragments::is_whole() const {
  return whole_runs_.empty() && intervals_given_ == intervals_ && size_ == extent_;
}

void FrameFragments::take_jpeg(Bytes header, std::vector<std::byte>& jpeg) {
  storage_.resize(header_size_ + extent_ + appended_);
  storage_.insert(storage_.begin(), header.size() - header_size_, std::byte{});
  put_bytes(storage_, header);
  storage_.swap(jpeg);
}

}  // namespace jpegwire
