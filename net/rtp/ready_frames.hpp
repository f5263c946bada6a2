#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>

#include "net/stream/frame_sink.hpp"

namespace jpegwire {

/// Hands frames to the io thread while their bands are still being encoded. Holds two frames: the
/// one that was begun last, and the newest one after it. A newer frame displaces one that has not
/// begun. A frame that has begun stays until the next one begins, and its number of ready bands is
/// still updated. Any thread may call anything.
class ReadyFrames {
 public:
  /// Bands [0, ready) of the frame are encoded.
  void offer(FramePtr frame, int ready) {
    const std::scoped_lock lock(mutex_);
    if (frame == begun_.frame) {
      begun_.ready = std::max(begun_.ready, ready);
      return;
    }
    if (frame == next_.frame) ready = std::max(next_.ready, ready);
    if (next_.frame && next_.frame != frame) ++displaced_;
    next_.frame.swap(frame);
    next_.ready = ready;
  }

  /// The same, if the frame was offered before and is still held.
  void update(const FramePtr& frame, int ready) {
    const std::scoped_lock lock(mutex_);
    for (Offer* offer : {&begun_, &next_})
      if (offer->frame == frame) offer->ready = std::max(offer->ready, ready);
  }

  /// Begins the newest frame; null if no frame is waiting.
  FramePtr begin_newest() {
    const std::scoped_lock lock(mutex_);
    if (!next_.frame) return nullptr;
    begun_ = std::exchange(next_, {});
    return begun_.frame;
  }

  /// The number of encoded bands of the frame that was begun last.
  int ready_bands() const {
    const std::scoped_lock lock(mutex_);
    return begun_.ready;
  }

  /// How many frames were displaced before they were begun.
  std::uint64_t displaced() const {
    const std::scoped_lock lock(mutex_);
    return displaced_;
  }

 private:
  struct Offer {
    FramePtr frame;
    int ready = 0;  // bands
  };

  mutable std::mutex mutex_;
  Offer begun_;
  Offer next_;
  std::uint64_t displaced_ = 0;
};

}  // namespace jpegwire
