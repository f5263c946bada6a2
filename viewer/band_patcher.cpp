#include "viewer/band_patcher.hpp"

#include <algorithm>

namespace jpegwire {
namespace {

void copy_rows(const Picture& from, Picture& to, int top, int end) {
  const std::size_t row = 3 * static_cast<std::size_t>(to.width);
  const std::size_t begin = row * static_cast<std::size_t>(top);
  if (end > top)
    std::ranges::copy(Bytes(from.pixels).subspan(begin, row * static_cast<std::size_t>(end - top)),
                      to.pixels.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace

void BandPatcher::note(std::span<const Band> bands) {
  for (const Band& band : bands) decoded_.push_back({band.top, band.top + band.height});
}

bool BandPatcher::fill_gaps(const Picture& older, Picture& picture) {
  if (older.width != picture.width || older.height != picture.height) return false;
  std::ranges::sort(decoded_, {}, &Rows::top);
  int filled = 0;
  for (const Rows& rows : decoded_) {
    copy_rows(older, picture, filled, rows.top);
    filled = rows.end;
  }
  copy_rows(older, picture, filled, picture.height);
  return true;
}

}  // namespace jpegwire
