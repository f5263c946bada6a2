#pragma once

#include <memory>
#include <optional>

#include "codec/decode_scale.hpp"
#include "net/stream/received_frame.hpp"
#include "viewer/lesson/frame_arrival.hpp"

namespace jpegwire {

/// A decoded frame on its way to the display.
struct ShownFrame {
  std::shared_ptr<Picture> picture;      // to be drawn on only by who alone has it
  PictureSize jpeg_size{};               // that the picture was scaled down from; empty: its own
  std::optional<WallTime> capture_time;  // as steady_now() tells it
  std::shared_ptr<const FrameArrival> arrival{};    // null where its reads were not recorded
  std::shared_ptr<const ReceivedFrame> received{};  // the JPEG; null where it did not come whole
};

}  // namespace jpegwire
