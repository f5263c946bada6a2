#pragma once

#include <vector>

#include "codec/jpeg_decoder.hpp"
#include "viewer/lesson/frame_arrival.hpp"

namespace jpegwire {

/// The classic mistake as a reader: it treats the result of one recv as one frame and removes the
/// prefix. It is given each frame as delimited by its size prefix, with its reads; it uses only the
/// bytes of the first read, and starts again with the next frame. Bound to one thread.
class NaiveReader {
 public:
  /// Whether one read returned the whole picture.
  static bool gets_whole(const FrameArrival& arrival);

  /// Decodes the part of the frame that one read returned; the rest of the picture is grey.
  void decode(const ReceivedFrame& frame, const FrameArrival& arrival, JpegDecoder& decoder,
              Picture& picture);

 private:
  void add_band(const Band& band, std::size_t bytes);

  std::vector<Band> bands_;
  std::vector<std::byte> torn_;  // the incomplete band
};

}  // namespace jpegwire
