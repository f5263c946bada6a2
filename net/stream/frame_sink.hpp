#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "codec/frame.hpp"

namespace jpegwire {

/// A frame that several viewers share. The parts that were passed to them do not change.
using FramePtr = std::shared_ptr<const EncodedFrame>;

/// Groups of viewers, a bit each. Group 0 gets the frames as they come: passed on, or at the full
/// quality and size; the others get frames that their links carry.
using GroupSet = std::uint32_t;

inline constexpr unsigned kFullGroup = 0;
inline constexpr unsigned kMaxGroups = 8;  // beside that

constexpr GroupSet only_group(unsigned group) { return GroupSet{1} << group; }
constexpr bool has_group(GroupSet groups, unsigned group) {
  return (groups & only_group(group)) != 0;
}

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

  /// Takes a frame that was made for some groups of viewers only. A sink that does not adapt frames
  /// to its viewers is in group 0.
  virtual void submit_for(GroupSet groups, FramePtr frame) {
    if (has_group(groups, kFullGroup)) submit(std::move(frame));
  }
};

}  // namespace jpegwire
