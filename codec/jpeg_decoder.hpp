#pragma once

#include <memory>
#include <span>
#include <vector>

#include "codec/band_pool.hpp"
#include "codec/decode_scale.hpp"
#include "codec/frame.hpp"

namespace jpegwire {

/// Decodes validated JPEGs, their bands side by side.
/// Bound to one thread, which must be the band pool's.
class JpegDecoder {
 public:
  explicit JpegDecoder(BandPool& pool);
  ~JpegDecoder();

  /// Decodes into `picture`, which takes the layout's size, scaled. False where the entropy-coded
  /// bytes are damaged: then the picture must not be shown. Never throws on account of the bytes.
  bool decode(const JpegLayout& layout, Picture& picture, DecodeScale scale = {});

  /// The same for some of the frame's bands: the picture's other rows stay as they are, where its
  /// size does. Of the layout it needs all but the bands.
  bool decode(const JpegLayout& layout, std::span<const Band> bands, Picture& picture,
              DecodeScale scale = {});

 private:
  class BandDecoder;

  BandPool& pool_;
  std::vector<Band> all_bands_;
  std::vector<std::unique_ptr<BandDecoder>> decoders_;  // one per worker of the pool
};

}  // namespace jpegwire
