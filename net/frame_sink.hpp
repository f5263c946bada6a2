#pragma once

#include <memory>

#include "codec/frame.hpp"

namespace jpegwire {

/// A frame that several viewers share; nobody changes it any more.
using FramePtr = std::shared_ptr<const EncodedFrame>;

/// Where encoded frames go.
class FrameSink {
 public:
  FrameSink() = default;
  FrameSink(const FrameSink&) = delete;
  FrameSink& operator=(const FrameSink&) = delete;
  virtual ~FrameSink() = default;

  /// Takes the newest frame. Any thread; never blocks, and never holds more than the newest frame
  /// and those that are being written.
  virtual void submit(FramePtr frame) = 0;
};

}  // namespace jpegwire
