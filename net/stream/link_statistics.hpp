#pragma once

#include "codec/frame.hpp"
#include "net/stream/frame_sink.hpp"

namespace jpegwire {

/// What a viewer's link carries at present, and what is made for it.
struct LinkStatistics {
  bool is_adapted = false;      // otherwise the frames come as they are
  double bytes_per_second = 0;  // estimated; 0: unknown
  double budget_bytes = 0;      // for a frame
  unsigned group = kFullGroup;  // of viewers that share an encode
  int quality = 0;              // of the frame that was begun last; 0: unknown
  PictureSize size{};           // of the same frame
};

}  // namespace jpegwire
