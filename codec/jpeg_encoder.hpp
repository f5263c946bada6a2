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
  int bands = 0;          // per frame; 0: from rows_per_band
  int rows_per_band = 4;  // of MCUs; enough to make the cost of starting a band negligible
};

/// The height of each band but the last, in rows of MCUs, for a picture of so many rows: at most
/// kMaxBands of them.
int mcu_rows_per_band(int mcu_rows, const EncoderSettings& settings);

/// Identifies a frame from its capture on.
struct FrameIdentity {
  std::uint32_t sequence = 0;
  WallTime capture_time{};
  bool no_signal = false;  // a card, because the source gives no pictures
};

/// Called while a frame is still being encoded, each time that more of its first bands are ready:
/// its header and bands [0, ready) will not change, and layout.bands has its final size. Runs on
/// any of the band pool's threads, one call at a time; the last call has all bands. Must not throw.
using OnBands = std::function<void(const std::shared_ptr<EncodedFrame>& frame, int ready)>;

/// Encodes pictures as baseline JPEG, 4:2:0, in bands that are encoded in parallel.
/// Bound to one thread, which must be the band pool's.
class JpegEncoder {
 public:
  /// Throws std::runtime_error if libturbojpeg cannot be used.
  JpegEncoder(BandPool& pool, EncoderSettings settings);
  ~JpegEncoder();

  /// The frame is from the encoder's own pool, and shared only with the receivers to which
  /// `on_bands` passed it. Throws std::runtime_error if libturbojpeg refuses the picture.
  std::shared_ptr<EncodedFrame> encode(const RawView& picture, const FrameIdentity& identity = {},
                                       const OnBands& on_bands = nullptr);

 private:
  class BandCoder;
  class BandsInOrder;
  struct CodedFrame;

  void encode_sample();
  void plan_layout(const RawView& picture, JpegLayout& layout) const;
  void write_header(EncodedFrame& frame) const;
  void encode_bands(const RawView& picture, CodedFrame& frame, BandsInOrder& bands_in_order);

  BandPool& pool_;
  EncoderSettings settings_;
  ObjectPool<CodedFrame> frames_;
  std::vector<std::unique_ptr<BandCoder>> coders_;  // one per worker of the pool
  EncodedFrame sample_;  // of one MCU: other pictures' headers differ from its only in the size
};

}  // namespace jpegwire
