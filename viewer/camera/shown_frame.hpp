#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "codec/frame.hpp"
#include "codec/object_pool.hpp"
#include "net/stream/received_frame.hpp"
#include "viewer/lesson/frame_arrival.hpp"

namespace jpegwire {

using OwnedPicture = ObjectPool<Picture>::Owned;

/// The decoded picture of a frame, or none. Its holder may draw on an owned picture; a shared one
/// is also read by the decode thread, which fills the gaps of the next frame from it.
class ShownPicture {
 public:
  ShownPicture() = default;
  explicit(false) ShownPicture(OwnedPicture picture) : owned_(std::move(picture)) {}
  explicit(false) ShownPicture(std::shared_ptr<const Picture> picture)
      : shared_(std::move(picture)) {}

  /// Null if there is no picture.
  const Picture* get() const { return owned_ ? owned_.get() : shared_.get(); }

  /// Null if there is no picture or it is shared.
  Picture* owned() { return owned_.get(); }

  explicit operator bool() const { return get() != nullptr; }
  const Picture& operator*() const { return *get(); }
  const Picture* operator->() const { return get(); }

 private:
  OwnedPicture owned_;
  std::shared_ptr<const Picture> shared_;
};

/// A decoded frame on its way to the display.
struct ShownFrame {
  ShownPicture picture;
  PictureSize jpeg_size{};                          // before scaling; empty: the picture's own size
  std::optional<WallTime> capture_time;             // steady_now(); of the oldest pixels
  bool no_signal = false;                           // a card of the sender, which has no picture
  std::shared_ptr<const FrameArrival> arrival{};    // null if its reads were not recorded
  std::shared_ptr<const ReceivedFrame> received{};  // the JPEG; null if parts of it are missing
};

}  // namespace jpegwire
