#pragma once

#include <vector>

#include "codec/band_pool.hpp"
#include "codec/frame.hpp"

namespace jpegwire {

/// Makes pictures smaller, in bands that are scaled in parallel. Bound to one thread, which must be
/// the band pool's. Once warm it takes nothing from the heap.
class PictureScaler {
 public:
  explicit PictureScaler(BandPool& pool);

  /// The picture as i420, with `size` pixels: at least one and no more than the picture has, each
  /// way. It stays as it is until the next call.
  const Picture& scale(const RawView& picture, PictureSize size);

 private:
  BandPool& pool_;
  std::vector<Picture> scratch_;  // one per worker of the pool: its band as i420
  Picture scaled_;
};

}  // namespace jpegwire
