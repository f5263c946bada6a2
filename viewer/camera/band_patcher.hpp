#pragma once

#include <span>
#include <vector>

#include "codec/decode_scale.hpp"
#include "codec/frame.hpp"

namespace jpegwire {

/// Where bands of a picture never came, the rows of the picture before stand in their place, or
/// grey where those are no longer fresh: what is shown is never old. Bound to one thread.
class BandPatcher {
 public:
  /// A picture of that size begins, of whose pixels it has as many as the scale gives. One of
  /// another size or scale has nothing before it.
  void begin(PictureSize jpeg, DecodeScale scale);

  /// Nothing of the pictures so far may be shown again: another source follows.
  void forget();

  /// These bands of it have been decoded; they tell the JPEG's pixels.
  void note(std::span<const Band> bands, WallTime now);

  /// Fills all other rows from `older`, the picture before, or null where there is none.
  void fill_gaps(const Picture* older, Picture& picture, WallTime now);

 private:
  static constexpr int kRows = 8;  // bands begin at multiples of these, in the JPEG

  bool is_fresh(std::size_t part, WallTime now) const;

  PictureSize jpeg_;
  DecodeScale scale_;
  std::vector<bool> is_decoded_;      // by parts of kRows
  std::vector<WallTime> decoded_at_;  // likewise; the epoch: never
};

}  // namespace jpegwire
