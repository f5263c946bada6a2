#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "codec/band_pool.hpp"
#include "codec/frame.hpp"
#include "codec/object_pool.hpp"

namespace jpegwire {

struct EncoderSettings {
  int quality = 80;       // 1 to 100, where encode() is given no EncodeTarget
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

/// What one frame shall become.
struct EncodeTarget {
  int quality = 80;  // 1 to 100
  /// A frame that becomes larger than this is given up; 0: there is no limit.
  std::size_t stop_above_bytes = 0;
};

/// A frame, or nothing but its size where it was given up.
struct EncodeResult {
  std::shared_ptr<EncodedFrame> frame;
  std::size_t size_bytes = 0;  // of the JPEG; predicted from the bands that were encoded if !frame
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

  /// Encodes with the quality of the settings. The frame is from the encoder's own pool, and shared
  /// only with the receivers to which `on_bands` passed it. Throws std::runtime_error if
  /// libturbojpeg refuses the picture.
  std::shared_ptr<EncodedFrame> encode(const RawView& picture, const FrameIdentity& identity = {},
                                       const OnBands& on_bands = nullptr);

  /// The same with a quality of its own. With `target.stop_above_bytes`, the frame is given up as
  /// soon as a quarter of its rows predicts that it becomes larger, and also if it turns out to be
  /// larger; the caller then encodes it again with a lower quality. Bands of a frame that may be
  /// given up must not be sent, so there is either a limit or `on_bands`, not both. The first use
  /// of each quality allocates memory.
  EncodeResult encode(const RawView& picture, const EncodeTarget& target,
                      const FrameIdentity& identity = {}, const OnBands& on_bands = nullptr);

 private:
  class BandCoder;
  class BandsInOrder;
  class SizeWatch;
  struct CodedFrame;

  const JpegLayout& sample(int quality);
  std::unique_ptr<EncodedFrame> encode_sample(int quality);
  void plan_layout(const RawView& picture, JpegLayout& layout) const;
  void encode_bands(const RawView& picture, CodedFrame& frame, std::size_t head_bytes,
                    BandsInOrder& bands_in_order, SizeWatch& size_watch);

  BandPool& pool_;
  EncoderSettings settings_;
  ObjectPool<CodedFrame> frames_;
  std::vector<std::unique_ptr<BandCoder>> coders_;  // one per worker of the pool
  // Frames of one MCU, by quality: other pictures' headers differ from theirs only in the size.
  std::array<std::unique_ptr<EncodedFrame>, 101> samples_;
};

}  // namespace jpegwire
