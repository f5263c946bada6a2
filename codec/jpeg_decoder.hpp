#pragma once

#include <memory>
#include <span>
#include <vector>

#include "codec/band_pool.hpp"
#include "codec/frame.hpp"

namespace jpegwire {

/// The size at which a picture is decoded, in eighths of its JPEG's width and height, rounded up. A
/// JPEG is made of blocks of eight by eight samples, so decoding fewer of each is exact for any run
/// of them, and costs less than decoding all and scaling down.
struct DecodeScale {
  static constexpr int kWhole = 8;

  int eighths = kWhole;  // 1 to 8

  /// So many pixels of the JPEG, in pixels of the picture.
  constexpr int of(int pixels) const { return (pixels * eighths + kWhole - 1) / kWhole; }

  bool operator==(const DecodeScale&) const = default;
};

/// The smallest of the scales 1, 1/2, 1/4 and 1/8 at which the picture is at least as wide and as
/// high as wanted; 1 if the JPEG itself is smaller. libjpeg-turbo is fast at these four: any other
/// scale takes longer than the next larger one of these, and those above 1/2 take longer than the
/// whole picture (the codec's benchmark shows it).
constexpr DecodeScale smallest_scale(PictureSize jpeg, PictureSize wanted) {
  DecodeScale scale{1};
  while (scale.eighths < DecodeScale::kWhole &&
         (scale.of(jpeg.width) < wanted.width || scale.of(jpeg.height) < wanted.height))
    scale.eighths *= 2;
  return scale;
}

/// How much of a frame was decoded. Damage, or the end of the data, ends the rows of a band.
enum class DecodedRows { all, some, none };

/// The samples of a pixel that is not known.
inline constexpr std::byte kGrey{128};

/// Decodes validated JPEGs, their bands in parallel.
/// Bound to one thread, which must be the band pool's.
class JpegDecoder {
 public:
  explicit JpegDecoder(BandPool& pool);
  ~JpegDecoder();

  /// Decodes into `picture`, which gets the size of the layout, scaled. Rows that are not decoded
  /// become grey; if there is no other row, the picture must not be shown. Damaged bytes never make
  /// it throw.
  DecodedRows decode(const JpegLayout& layout, Picture& picture, DecodeScale scale = {});

  /// Decodes some of the frame's bands; the other rows of a picture that has the right size already
  /// do not change. Lowers the height of each band to the rows that were decoded, which may be 0;
  /// the pixels of its other rows mean nothing. Ignores the bands of the layout.
  DecodedRows decode(const JpegLayout& layout, std::span<Band> bands, Picture& picture,
                     DecodeScale scale = {});

 private:
  class BandDecoder;

  void make_others_grey(const JpegLayout& layout, Picture& picture, DecodeScale scale);

  BandPool& pool_;
  std::vector<Band> all_bands_;
  std::vector<std::unique_ptr<BandDecoder>> decoders_;  // one per worker of the pool
};

}  // namespace jpegwire
