#pragma once

#include <memory>
#include <span>
#include <vector>

#include "codec/frame.hpp"
#include "codec/jpeg_decoder.hpp"

namespace jpegwire {

/// Replaces missing bands of a picture with the rows of the last picture that was kept, or with
/// grey if those are no longer fresh, so that nothing old is shown. Bound to one thread.
class BandPatcher {
 public:
  /// Begins a picture of a JPEG of this size, decoded at this scale.
  void begin(PictureSize jpeg, DecodeScale scale);

  /// These bands of the picture were decoded. Their positions are in pixels of the JPEG.
  void note(std::span<const Band> bands, WallTime now);

  /// Fills all other rows of the picture that was begun, which has its size at its scale.
  void fill_gaps(Picture& picture, WallTime now);

  /// Keeps the picture that was begun, to fill the gaps of the following ones of the same size and
  /// scale. A picture that is begun and not kept leaves no trace.
  void keep(std::shared_ptr<const Picture> picture);

  /// Releases the picture that was kept: the next one is from another source.
  void forget() { kept_ = {}; }

 private:
  static constexpr int kRows = 8;  // bands begin at multiples of these, in the JPEG

  struct Rows {
    PictureSize jpeg{};
    DecodeScale scale{};
    std::vector<WallTime> decoded_at{};  // one element for each kRows rows; the epoch: never
  };

  struct Kept : Rows {
    std::shared_ptr<const Picture> picture{};
  };

  Rows begun_;
  Kept kept_;
};

}  // namespace jpegwire
