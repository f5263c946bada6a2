#pragma once

#include <vector>

#include "codec/jpeg_decoder.hpp"
#include "viewer/lesson/frame_arrival.hpp"

namespace jpegwire {

/// The classic mistake, as a reader: it takes what one call of recv returns for one frame and cuts
/// the prefix off. Given the frame as the size in front of it delimits it, and the reads that
/// brought it, it sees only what the first of them brought, and finds its way again at the next
/// frame. Bound to one thread.
class NaiveReader {
 public:
  /// Whether one read brought all of the picture.
  static bool gets_whole(const FrameArrival& arrival);

  /// Decodes what of the frame one read brought; the rest of the picture is grey.
  void decode(const ReceivedFrame& frame, const FrameArrival& arrival, JpegDecoder& decoder,
              Picture& picture);

 private:
  void add_band(const Band& band, std::size_t bytes);

  std::vector<Band> bands_;
  std::vector<std::byte> torn_;  // what came of the band that did not come whole
};

}  // namespace jpegwire
