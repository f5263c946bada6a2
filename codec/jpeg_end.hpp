#pragma once

#include <cstddef>
#include <optional>

#include "codec/bytes.hpp"

namespace jpegwire {

/// Finds where a JPEG ends that arrives piece by piece, by its markers alone (ITU-T T.81, annex B).
/// A thumbnail inside a segment does not end it, nor does anything else that decoders skip.
class JpegEnd {
 public:
  struct Found {
    std::size_t size_bytes = 0;  // of the JPEG
    bool has_eoi = false;        // else another JPEG's SOI stands where this one's EOI is missing
  };

  /// `jpeg` is all that has arrived, from SOI on; call again with more. Looks at each byte once, so
  /// the result does not depend on how the bytes were split.
  std::optional<Found> find(Bytes jpeg);

 private:
  std::size_t position_ = 0;  // of the next byte to look at
  bool has_scan_ = false;
};

}  // namespace jpegwire
