#pragma once

#include <memory>
#include <vector>

#include "codec/band_pool.hpp"
#include "codec/frame.hpp"
#include "codec/object_pool.hpp"

namespace jpegwire {

struct EncoderSettings {
  int quality = 80;  // 1 to 100
  int bands = 0;     // per frame; 0: as many as suit the picture's height
};

/// The height of each band but the last, in rows of MCUs, for a picture of so many rows: at most
/// kMaxBands of them, and bands of four rows where the caller asks for 0.
int mcu_rows_per_band(int mcu_rows, int bands);

/// Encodes pictures as baseline JPEG, 4:2:0, in bands that are coded side by side.
/// Bound to one thread, which must be the band pool's.
class JpegEncoder {
 public:
  JpegEncoder(BandPool& pool, EncoderSettings settings);
  ~JpegEncoder();

  /// The frame is from the encoder's own pool and nobody else holds it; sequence and capture time
  /// are the caller's to set. Throws std::runtime_error where libturbojpeg refuses the picture.
  std::shared_ptr<EncodedFrame> encode(const RawFrame& picture);

 private:
  class BandCoder;

  void stitch(const RawFrame& picture, int bands, int band_height, EncodedFrame& frame);

  BandPool& pool_;
  EncoderSettings settings_;
  ObjectPool<EncodedFrame> frames_;
  std::vector<std::unique_ptr<BandCoder>> coders_;  // one per worker of the pool
};

}  // namespace jpegwire
