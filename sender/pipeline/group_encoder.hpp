#pragma once

#include <memory>

#include "codec/band_pool.hpp"
#include "codec/jpeg_encoder.hpp"
#include "codec/picture_scaler.hpp"
#include "sender/pipeline/quality_control.hpp"

namespace jpegwire {

/// A frame, and how it was encoded.
struct GroupFrame {
  std::shared_ptr<EncodedFrame> frame;
  EncodeChoice choice;
  bool is_second_try = false;  // the first one became too large
};

/// Encodes frames for one group of viewers, in the size and quality that its links carry. Bound to
/// one thread, which must be the band pool's.
class GroupEncoder {
 public:
  /// Several groups may use one `encoder`, one after the other. Both must outlive this.
  GroupEncoder(BandPool& pool, JpegEncoder& encoder);

  /// A frame that becomes much larger than its budget is given up, and encoded once more with less
  /// quality; this second one is returned whatever its size. Bands that are on their way cannot be
  /// taken back, so with `on_bands` there is no second try. Throws std::runtime_error if the
  /// picture cannot be encoded.
  GroupFrame encode(const RawView& picture, const FrameIdentity& identity,
                    const FrameBudget& budget, SteadyTime now, const OnBands& on_bands = nullptr);

 private:
  EncodeResult encode_as(const EncodeChoice& choice, const RawView& picture, std::size_t stop_above,
                         const FrameIdentity& identity, const OnBands& on_bands);

  JpegEncoder& encoder_;
  PictureScaler scaler_;
  QualityControl control_;
};

}  // namespace jpegwire
