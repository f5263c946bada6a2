#pragma once

#include <span>
#include <vector>

#include "codec/frame.hpp"

namespace jpegwire {

/// Where bands of a picture never came, the rows of the picture before stand in their place, or
/// grey where there is none of the same size. Bound to one thread.
class BandPatcher {
 public:
  /// For a new picture.
  void begin() { decoded_.clear(); }

  /// These bands have been decoded.
  void note(std::span<const Band> bands);

  /// Fills all other rows from `older`, which may be null.
  void fill_gaps(const Picture* older, Picture& picture);

 private:
  struct Rows {
    int top = 0;
    int end = 0;
  };

  std::vector<Rows> decoded_;
};

}  // namespace jpegwire
