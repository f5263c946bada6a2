#pragma once

#include <span>
#include <vector>

#include "codec/frame.hpp"

namespace jpegwire {

/// Where bands of a picture never came, the rows of the picture before stand in their place. Bound
/// to one thread.
class BandPatcher {
 public:
  /// For a new picture.
  void begin() { decoded_.clear(); }

  /// These bands have been decoded.
  void note(std::span<const Band> bands);

  /// Copies all other rows from `older`. False, and nothing is done, where it is of another size.
  bool fill_gaps(const Picture& older, Picture& picture);

 private:
  struct Rows {
    int top = 0;
    int end = 0;
  };

  std::vector<Rows> decoded_;
};

}  // namespace jpegwire
