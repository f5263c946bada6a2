#pragma once

#include <memory>
#include <span>
#include <vector>

#include "codec/frame.hpp"
#include "codec/jpeg_decoder.hpp"

namespace jpegwire {

/// Replaces missing rows of a picture with those of the last picture that was kept, or with grey if
/// these are no longer fresh, so that nothing old is shown; and knows how old the oldest pixels
/// are. All times are steady_now()'s. Bound to one thread.
class BandPatcher {
 public:
  /// A picture of a JPEG of this size, decoded at this scale.
  struct Frame {
    PictureSize jpeg{};
    DecodeScale scale{};
    WallTime captured{};

    bool has_pixels_of(const Frame& other) const {
      return jpeg == other.jpeg && scale == other.scale;
    }
  };

  void begin(const Frame& frame);

  /// These bands of the picture were decoded. Their positions are in pixels of the JPEG.
  void note(std::span<const Band> bands, WallTime now);

  /// Fills all other rows of the picture that was begun, which has its size at its scale.
  void fill_gaps(Picture& picture, WallTime now);

  /// Of the picture that was begun, after its gaps were filled: when its oldest pixels were
  /// captured. Grey rows count from the capture of the pixels that were last shown in their place;
  /// where there never were any, from the first picture of this size and source.
  WallTime oldest_capture() const;

  /// Keeps the picture that was begun, to fill the gaps of the following ones of the same size and
  /// scale. A picture that is begun and not kept leaves no trace.
  void keep(std::shared_ptr<const Picture> picture);

  /// Keeps a complete picture from before the one that was begun, decoded at that time.
  void keep_earlier(const Frame& frame, std::shared_ptr<const Picture> picture, WallTime decoded);

  /// Releases the picture that was kept: the next one is from another source.
  void forget() { kept_ = {}; }

 private:
  static constexpr int kRows = 8;  // bands begin at multiples of these, in the JPEG

  struct Part {          // kRows rows
    WallTime decoded{};  // the epoch: never, or they are grey
    WallTime captured{};
  };

  struct Parts {
    Frame frame{};
    std::vector<Part> parts{};
  };

  struct Kept : Parts {
    std::shared_ptr<const Picture> picture{};
  };

  static std::size_t count_parts(const Frame& frame);
  bool is_fresh(std::size_t part, WallTime now) const;

  Parts begun_;
  Kept kept_;
};

}  // namespace jpegwire
