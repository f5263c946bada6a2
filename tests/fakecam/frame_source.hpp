#pragma once

#include <cstdint>
#include <vector>

#include "config.hpp"
#include "jpeg.hpp"

namespace fakecam {

// Makes the content of the frames.
class FrameSource {
 public:
  FrameSource();

  // The frame with the given number since the start of the stream.
  Bytes make_frame(const Offer& format, std::uint32_t sequence) const;

  // The size of the largest file, 0 when frames are generated.
  std::uint32_t largest_jpeg() const;

 private:
  Bytes make_jpeg(const Offer& format, std::uint32_t sequence) const;

  std::vector<Bytes> files_;
};

}  // namespace fakecam
