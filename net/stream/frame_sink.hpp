#pragma once

#include <memory>

#include "codec/frame.hpp"

namespace jpegwire {

/// A frame that several viewers share; what of it they were given nobody changes any more.
using FramePtr = std::shared_ptr<const EncodedFrame>;

/// Where encoded frames go.
class FrameSink {
 public:
  FrameSink() = default;
  FrameSink(const FrameSink&) = delete;
  FrameSink& operator=(const FrameSink&) = delete;
  virtual ~FrameSink() = default;

  /// Takes the first bands of a frame that is still being encoded, for those who can send them
  /// already: its header and bands [0, ready) stay as they are. submit() follows. Any thread; never
  /// blocks.
  virtual void bands_ready(const FramePtr& frame, int ready) {
    static_cast<void>(frame);
    static_cast<void>(ready);
  }

  /// Takes the newest frame. Any thread; never blocks, and never holds more than the newest frame
  /// and those that are being written.
  virtual void submit(FramePtr frame) = 0;
};

}  // namespace jpegwire
