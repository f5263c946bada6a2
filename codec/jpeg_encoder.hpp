#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "codec/band_pool.hpp"
#include "codec/frame.hpp"
#include "codec/object_pool.hpp"

namespace jpegwire {

struct EncoderSettings {
  int quality = 80;       // 1 to 100
  int bands = 0;          // per frame; 0: as many as have so many rows of MCUs:
  int rows_per_band = 4;  // large enough that a band costs little to begin
};

/// The height of each band but the last, in rows of MCUs, for a picture of so many rows: at most
/// kMaxBands of them.
int mcu_rows_per_band(int mcu_rows, const EncoderSettings& settings);

/// What a frame is known by, from its capture on.
struct FrameIdentity {
  std::uint32_t sequence = 0;
  WallTime capture_time{};
};

/// Called while a frame is still being encoded, each time that more of its first bands are there:
/// its header and bands [0, ready) are as they stay, and layout.bands has its final size. On any of
/// the band pool's threads, one call at a time; the last one has all bands. Must not throw.
using OnBands = std::function<void(const std::shared_ptr<EncodedFrame>& frame, int ready)>;

/// Encodes pictures as baseline JPEG, 4:2:0, in bands that are coded side by side.
/// Bound to one thread, which must be the band pool's.
class JpegEncoder {
 public:
  JpegEncoder(BandPool& pool, EncoderSettings settings);
  ~JpegEncoder();

  /// The frame is from the encoder's own pool, and nobody holds it but whom `on_bands` gave it to.
  /// Throws std::runtime_error where libturbojpeg refuses the picture.
  std::shared_ptr<EncodedFrame> encode(const Picture& picture, const FrameIdentity& identity = {},
                                       const OnBands& on_bands = nullptr);

 private:
  class BandCoder;

  class BandsInOrder;

  void encode_bands(const Picture& picture, EncodedFrame& frame, BandsInOrder& bands_in_order);

  BandPool& pool_;
  EncoderSettings settings_;
  ObjectPool<EncodedFrame> frames_;
  std::vector<std::unique_ptr<BandCoder>> coders_;  // one per worker of the pool
};

}  // namespace jpegwire
