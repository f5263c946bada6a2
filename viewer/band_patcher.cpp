#include "viewer/band_patcher.hpp"

#include <algorithm>

namespace jpegwire {
namespace {

constexpr std::byte kGrey{128};

void fill_rows(const Picture* older, Picture& picture, int top, int end) {
  if (end <= top) return;
  const std::size_t row = 3 * static_cast<std::size_t>(picture.width);
  const std::size_t begin = row * static_cast<std::size_t>(top);
  const std::size_t size = row * static_cast<std::size_t>(end - top);
  const std::span<std::byte> rows = std::span(picture.pixels).subspan(begin, size);
  if (older != nullptr)
    std::ranges::copy(Bytes(older->pixels).subspan(begin, size), rows.begin());
  else
    std::ranges::fill(rows, kGrey);
}

}  // namespace

void BandPatcher::note(std::span<const Band> bands) {
  for (const Band& band : bands) decoded_.push_back({band.top, band.top + band.height});
}

void BandPatcher::fill_gaps(const Picture* older, Picture& picture) {
  if (older != nullptr && (older->width != picture.width || older->height != picture.height))
    older = nullptr;
  std::ranges::sort(decoded_, {}, &Rows::top);
  int filled = 0;
  for (const Rows& rows : decoded_) {
    fill_rows(older, picture, filled, rows.top);
    filled = rows.end;
  }
  fill_rows(older, picture, filled, picture.height);
}

}  // namespace jpegwire
