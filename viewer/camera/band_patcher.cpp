#include "viewer/camera/band_patcher.hpp"

#include <algorithm>
#include <utility>

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

constexpr std::byte kGrey{128};
constexpr std::chrono::seconds kFresh{1};

}  // namespace

void BandPatcher::begin(PictureSize jpeg, DecodeScale scale) {
  if (jpeg != kept_.jpeg || scale != kept_.scale) forget();
  begun_.jpeg = jpeg;
  begun_.scale = scale;
  begun_.decoded_at.assign(static_cast<std::size_t>((jpeg.height + kRows - 1) / kRows), WallTime());
}

void BandPatcher::note(std::span<const Band> bands, WallTime now) {
  for (const Band& band : bands)
    for (int row = band.top; row < band.top + band.height; row += kRows)
      begun_.decoded_at[static_cast<std::size_t>(row / kRows)] = now;
}

void BandPatcher::fill_gaps(Picture& picture, WallTime now) {
  const std::size_t row_bytes = 3 * static_cast<std::size_t>(picture.width);
  const std::size_t part_bytes = row_bytes * static_cast<std::size_t>(begun_.scale.of(kRows));
  for (std::size_t part = 0; part < begun_.decoded_at.size(); ++part) {
    if (begun_.decoded_at[part] != WallTime()) continue;
    const std::size_t offset = std::min(part * part_bytes, picture.pixels.size());
    const std::size_t size = std::min(part_bytes, picture.pixels.size() - offset);
    const std::span<std::byte> rows = std::span(picture.pixels).subspan(offset, size);
    if (kept_.picture != nullptr && now - kept_.decoded_at[part] <= kFresh) {
      put_bytes(rows, Bytes(kept_.picture->pixels).subspan(offset, size));
      begun_.decoded_at[part] = kept_.decoded_at[part];
    } else {
      std::ranges::fill(rows, kGrey);
    }
  }
}

void BandPatcher::keep(std::shared_ptr<const Picture> picture) {
  kept_.jpeg = begun_.jpeg;
  kept_.scale = begun_.scale;
  std::swap(kept_.decoded_at, begun_.decoded_at);
  kept_.picture = std::move(picture);
}

}  // namespace jpegwire
