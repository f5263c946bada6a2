#include "viewer/camera/band_patcher.hpp"

#include <algorithm>
#include <utility>

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

constexpr std::chrono::seconds kFresh{1};

}  // namespace

std::size_t BandPatcher::count_parts(const Frame& frame) {
  return static_cast<std::size_t>((frame.jpeg.height + kRows - 1) / kRows);
}

void BandPatcher::begin(const Frame& frame) {
  if (frame.jpeg != kept_.frame.jpeg) forget();
  begun_.frame = frame;
  begun_.parts.assign(count_parts(frame), {.decoded = {}, .captured = frame.captured});
  for (std::size_t part = 0; part < kept_.parts.size(); ++part)
    begun_.parts[part].captured = kept_.parts[part].captured;
}

void BandPatcher::note(std::span<const Band> bands, WallTime now) {
  for (const Band& band : bands)
    for (int row = band.top; row < band.top + band.height; row += kRows)
      begun_.parts[static_cast<std::size_t>(row / kRows)] = {now, begun_.frame.captured};
}

void BandPatcher::fill_gaps(Picture& picture, WallTime now) {
  const std::size_t row_bytes = 3 * static_cast<std::size_t>(picture.width);
  const std::size_t part_bytes = row_bytes * static_cast<std::size_t>(begun_.frame.scale.of(kRows));
  for (std::size_t part = 0; part < begun_.parts.size(); ++part) {
    if (begun_.parts[part].decoded != WallTime()) continue;
    const std::size_t offset = std::min(part * part_bytes, picture.pixels.size());
    const std::size_t size = std::min(part_bytes, picture.pixels.size() - offset);
    const std::span<std::byte> rows = std::span(picture.pixels).subspan(offset, size);
    if (is_fresh(part, now)) {
      put_bytes(rows, Bytes(kept_.picture->pixels).subspan(offset, size));
      begun_.parts[part] = kept_.parts[part];
    } else {
      std::ranges::fill(rows, kGrey);
    }
  }
}

bool BandPatcher::is_fresh(std::size_t part, WallTime now) const {
  return kept_.picture != nullptr && kept_.frame.has_pixels_of(begun_.frame) &&
         now - kept_.parts[part].decoded <= kFresh;
}

WallTime BandPatcher::oldest_capture() const {
  return std::ranges::min(begun_.parts, {}, &Part::captured).captured;
}

void BandPatcher::keep(std::shared_ptr<const Picture> picture) {
  kept_.frame = begun_.frame;
  std::swap(kept_.parts, begun_.parts);
  kept_.picture = std::move(picture);
}

void BandPatcher::keep_earlier(const Frame& frame, std::shared_ptr<const Picture> picture,
                               WallTime decoded) {
  kept_.frame = frame;
  kept_.parts.assign(count_parts(frame), {decoded, frame.captured});
  kept_.picture = std::move(picture);
}

}  // namespace jpegwire
