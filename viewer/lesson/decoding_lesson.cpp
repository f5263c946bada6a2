#include "viewer/lesson/decoding_lesson.hpp"

namespace jpegwire {

std::shared_ptr<const FrameArrival> DecodingLesson::arrival_of(const ReceivedFrame& frame) {
  if (frame.arrival.list.empty()) return nullptr;
  std::shared_ptr<FrameArrival> arrival = arrivals_.take();
  describe_arrival(frame, frames_++, *arrival);
  return arrival;
}

bool DecodingLesson::decode_naively(const ReceivedFrame& frame, JpegDecoder& decoder,
                                    Picture& picture) {
  if (!is_naive_ || frame.arrival.list.empty()) return false;
  const std::shared_ptr<FrameArrival> arrival = arrivals_.take();
  describe_arrival(frame, 0, *arrival);
  naive_.decode(frame, *arrival, decoder, picture);
  return true;
}

}  // namespace jpegwire
