#pragma once

#include <memory>
#include <vector>

#include "viewer/lesson/frame_arrival.hpp"

/// Made-up arrivals of frames.
namespace jpegwire::test {

/// Reads of these sizes, one per millisecond.
inline FrameReads make_reads(const std::vector<std::size_t>& sizes, std::size_t bytes_before = 0) {
  FrameReads reads;
  for (const std::size_t size : sizes)
    reads.list.push_back(
        {reads.size_bytes(), size, milliseconds(static_cast<std::int64_t>(reads.list.size()))});
  reads.bytes_before = bytes_before;
  return reads;
}

/// A frame of 64x40 pixels with a 4-byte prefix, in bands that share its bytes evenly.
inline std::shared_ptr<FrameArrival> make_arrival(const std::vector<std::size_t>& sizes,
                                                  int bands = 4) {
  auto arrival = std::make_shared<FrameArrival>();
  arrival->reads = make_reads(sizes);
  arrival->prefix = 4;
  arrival->size = arrival->reads.size_bytes() - 4;
  arrival->width = 64;
  arrival->height = 40;
  for (int band = 0; band < bands; ++band)
    arrival->bands.push_back({band * 40 / bands, 40 / bands,
                              arrival->reads.size_bytes() * static_cast<std::size_t>(band + 1) /
                                  static_cast<std::size_t>(bands)});
  return arrival;
}

}  // namespace jpegwire::test
