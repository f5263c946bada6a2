#pragma once

#include <span>
#include <vector>

#include "codec/decode_scale.hpp"
#include "codec/frame.hpp"

namespace jpegwire {

/// Replaces missing bands of a picture with the rows of the previous picture, or with grey if those
/// are no longer fresh, so that nothing old is shown. Bound to one thread.
class BandPatcher {
 public:
  /// Begins a picture of a JPEG of this size, decoded at this scale. After a change of either,
  /// there is no previous picture.
  void begin(PictureSize jpeg, DecodeScale scale);

  /// Forgets all pictures so far: the next one is from another source.
  void forget();

  /// These bands of the picture were decoded. Their positions are in pixels of the JPEG.
  void note(std::span<const Band> bands, WallTime now);

  /// Fills all other rows from `older`, the previous picture, which may be null.
  void fill_gaps(const Picture* older, Picture& picture, WallTime now);

 private:
  static constexpr int kRows = 8;  // bands begin at multiples of these, in the JPEG

  bool is_fresh(std::size_t part, WallTime now) const;

  PictureSize jpeg_;
  DecodeScale scale_;
  std::vector<bool> is_decoded_;      // one element for each kRows rows
  std::vector<WallTime> decoded_at_;  // likewise; the epoch: never
};

}  // namespace jpegwire
