#pragma once

#include <chrono>

namespace jpegwire {

/// A recording that is switched on.
struct RecordingState {
  std::chrono::seconds length{};  // from its first frame to its last one
  bool is_writing = false;        // a frame was written within the last two seconds

  bool operator==(const RecordingState&) const = default;
};

}  // namespace jpegwire
