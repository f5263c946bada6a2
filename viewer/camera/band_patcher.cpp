#include "viewer/camera/band_patcher.hpp"

#include <algorithm>

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

constexpr std::byte kGrey{128};
constexpr std::chrono::seconds kFresh{1};

std::span<std::byte> rows_of(Picture& picture, int top, int end) {
  const std::size_t row = 3 * static_cast<std::size_t>(picture.width);
  return std::span(picture.pixels)
      .subspan(row * static_cast<std::size_t>(top), row * static_cast<std::size_t>(end - top));
}

}  // namespace

void BandPatcher::begin(PictureSize jpeg, DecodeScale scale) {
  const auto parts = static_cast<std::size_t>((jpeg.height + kRows - 1) / kRows);
  if (jpeg != jpeg_ || scale != scale_) decoded_at_.clear();
  jpeg_ = jpeg;
  scale_ = scale;
  decoded_at_.resize(parts);
  is_decoded_.assign(parts, false);
}

void BandPatcher::forget() { jpeg_ = {}; }

void BandPatcher::note(std::span<const Band> bands, WallTime now) {
  for (const Band& band : bands)
    for (int row = band.top; row < band.top + band.height; row += kRows) {
      is_decoded_[static_cast<std::size_t>(row / kRows)] = true;
      decoded_at_[static_cast<std::size_t>(row / kRows)] = now;
    }
}

bool BandPatcher::is_fresh(std::size_t part, WallTime now) const {
  return decoded_at_[part] != WallTime() && now - decoded_at_[part] <= kFresh;
}

void BandPatcher::fill_gaps(const Picture* older, Picture& picture, WallTime now) {
  const int rows_of_part = scale_.of(kRows);
  for (std::size_t part = 0; part < is_decoded_.size(); ++part) {
    if (is_decoded_[part]) continue;
    const int top = static_cast<int>(part) * rows_of_part;
    const std::span<std::byte> rows =
        rows_of(picture, top, std::min(top + rows_of_part, picture.height));
    const auto offset = rows.data() - picture.pixels.data();
    if (older != nullptr && is_fresh(part, now))
      put_bytes(rows, Bytes(older->pixels).subspan(static_cast<std::size_t>(offset), rows.size()));
    else
      std::ranges::fill(rows, kGrey);
  }
}

}  // namespace jpegwire
