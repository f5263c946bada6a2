#pragma once

#include <utility>
#include <vector>

#include "net/stream/frame_sink.hpp"

namespace jpegwire {

/// Gives each frame to several sinks, which it borrows. Add them before the first frame.
class FrameFanOut final : public FrameSink {
 public:
  void add(FrameSink& sink) { sinks_.push_back(&sink); }

  void bands_ready(const FramePtr& frame, int ready) override {
    for (FrameSink* sink : sinks_) sink->bands_ready(frame, ready);
  }

  void submit(FramePtr frame) override {
    for (FrameSink* sink : sinks_) sink->submit(frame);
  }

 private:
  std::vector<FrameSink*> sinks_;
};

}  // namespace jpegwire
