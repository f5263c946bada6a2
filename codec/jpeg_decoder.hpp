#pragma once

#include <memory>
#include <span>
#include <vector>

#include "codec/band_pool.hpp"
#include "codec/decode_scale.hpp"
#include "codec/frame.hpp"

namespace jpegwire {

/// Decodes validated JPEGs, their bands in parallel.
/// Bound to one thread, which must be the band pool's.
class JpegDecoder {
 public:
  explicit JpegDecoder(BandPool& pool);
  ~JpegDecoder();

  /// Decodes into `picture`, which gets the size of the layout, scaled. False if the entropy-coded
  /// bytes are damaged: then the picture must not be shown. Damaged bytes never make it throw.
  bool decode(const JpegLayout& layout, Picture& picture, DecodeScale scale = {});

  /// Decodes some of the frame's bands; the other rows of a picture that has the right size already
  /// do not change. Ignores the bands of the layout.
  bool decode(const JpegLayout& layout, std::span<const Band> bands, Picture& picture,
              DecodeScale scale = {});

 private:
  class BandDecoder;

  BandPool& pool_;
  std::vector<Band> all_bands_;
  std::vector<std::unique_ptr<BandDecoder>> decoders_;  // one per worker of the pool
};

}  // namespace jpegwire
