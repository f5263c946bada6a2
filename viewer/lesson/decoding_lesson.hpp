#pragma once

#include <cstdint>
#include <memory>

#include "codec/object_pool.hpp"
#include "viewer/lesson/naive_reader.hpp"

namespace jpegwire {

/// The decoder's part of the lessons about reads: the reads of each picture that is shown, and with
/// `naive`, what a naive reader would show. Streams of datagrams have no reads and are not
/// affected. Bound to one thread.
class DecodingLesson {
 public:
  explicit DecodingLesson(bool naive) : is_naive_(naive) {}

  /// How the frame arrived, or null if its reads were not recorded.
  std::shared_ptr<const FrameArrival> arrival_of(const ReceivedFrame& frame);

  /// Decodes like the naive reader; false if there is none.
  bool decode_naively(const ReceivedFrame& frame, JpegDecoder& decoder, Picture& picture);

 private:
  const bool is_naive_;
  ObjectPool<FrameArrival> arrivals_;
  NaiveReader naive_;
  std::uint64_t frames_ = 0;
};

}  // namespace jpegwire
