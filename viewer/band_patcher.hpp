#pragma once

#include <span>
#include <vector>

#include "codec/frame.hpp"

namespace jpegwire {

/// Where bands of a picture never came, the rows of the picture before stand in their place, or
/// grey where those are no longer fresh: what is shown is never old. Bound to one thread.
class BandPatcher {
 public:
  /// A picture of that size begins. One of another size has nothing before it.
  void begin(int width, int height);

  /// Nothing of the pictures so far may be shown again: another source follows.
  void forget();

  /// These bands of it have been decoded.
  void note(std::span<const Band> bands, WallTime now);

  /// Fills all other rows from `older`, the picture before, or null where there is none.
  void fill_gaps(const Picture* older, Picture& picture, WallTime now);

 private:
  static constexpr int kRows = 8;  // bands begin at multiples of these

  bool is_fresh(std::size_t part, WallTime now) const;

  int width_ = 0;
  int height_ = 0;
  std::vector<bool> is_decoded_;      // by parts of kRows
  std::vector<WallTime> decoded_at_;  // likewise; the epoch: never
};

}  // namespace jpegwire
