#pragma once

#include <memory>

#include "codec/frame.hpp"

namespace jpegwire {

/// A frame that several viewers share. The parts that were passed to them do not change.
using FramePtr = std::shared_ptr<const EncodedFrame>;

/// Receives encoded frames.
class FrameSink {
 public:
  FrameSink() = default;
  FrameSink(const FrameSink&) = delete;
  FrameSink& operator=(const FrameSink&) = delete;
  virtual ~FrameSink() = default;

  /// Takes the first bands of a frame that is still being encoded, to send them early: its header
  /// and bands [0, ready) do not change. submit() follows with the same frame. Any thread; never
  /// blocks.
  virtual void bands_ready(const FramePtr& frame, int ready) {
    static_cast<void>(frame);
    static_cast<void>(ready);
  }

  /// Takes the newest frame. Any thread; never blocks, and holds at most the newest frame and those
  /// being written.
  virtual void submit(FramePtr frame) = 0;
};

}  // namespace jpegwire
