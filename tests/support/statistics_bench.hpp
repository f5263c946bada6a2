#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "viewer/camera/statistics.hpp"

namespace jpegwire {

/// Statistics with a clock that only tests advance.
struct StatisticsBench {
  SteadyTime now{std::chrono::seconds{1000}};
  Statistics statistics{[this] { return now; }};

  void receive(std::optional<FrameStamp> stamp, std::size_t bytes = 40'000, std::size_t reads = 3) {
    statistics.frame_received(bytes, reads, stamp);
  }
  void decode(std::optional<microseconds> age = {}) {
    statistics.frame_decoded({.width = 1280,
                              .height = 720,
                              .age = age,
                              .oldest_age = age,
                              .encode = std::nullopt,
                              .network = std::nullopt,
                              .decode = std::nullopt});
  }
  void patch() {
    DecodedFrame frame;
    frame.width = 1280;
    frame.height = 720;
    frame.is_patched = frame.lacks_packets = true;
    statistics.frame_decoded(frame);
  }
  std::uint64_t lost() { return statistics.live().lost; }
  nlohmann::json summary() { return statistics.summary("tcp://localhost:2500"); }
};

inline FrameStamp stamp(std::uint32_t sequence, std::uint64_t stream_id = 7) {
  FrameStamp result;
  result.stream_id = stream_id;
  result.sequence = sequence;
  return result;
}

}  // namespace jpegwire
