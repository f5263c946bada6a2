#include "viewer/lesson/frame_arrival.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace jpegwire {

std::size_t FrameArrival::size_of_one_read() const {
  if (reads.list.empty() || reads.bytes_before > 0) return 0;
  const std::size_t bytes = reads.list.front().bytes;
  return bytes - std::min(bytes, prefix);
}

std::string FrameArrival::naive_mistake() const {
  if (reads.list.empty() || reads.is_one_whole_read()) return "";
  if (reads.bytes_before > 0)
    return fmt::format(
        "recv returned {} bytes of the previous frame followed by the beginning of this one: it "
        "returns what is there, not what was sent",
        reads.bytes_before);
  return fmt::format(
      "recv returned {} of the frame's {} bytes; the remaining {} bytes take {}: it returns what "
      "is "
      "there, not what was sent",
      reads.list.front().bytes, size + prefix, size + prefix - reads.list.front().bytes,
      reads.count() == 2 ? "one more read" : fmt::format("{} more reads", reads.count() - 1));
}

void describe_arrival(const ReceivedFrame& frame, std::uint64_t count, FrameArrival& arrival) {
  const JpegLayout& layout = frame.jpeg.layout;
  arrival.sequence = frame.stamp ? frame.stamp->sequence : count;
  arrival.size = frame.bytes().size();
  arrival.prefix = frame.arrival.size_bytes() - arrival.size;
  arrival.reads = frame.arrival;
  arrival.width = layout.width;
  arrival.height = layout.height;
  arrival.bands.clear();
  for (std::size_t i = 0; i < layout.bands.size(); ++i) {
    const Band band = layout.band(i);
    const Bytes valid = frame.valid_bytes();
    const auto end = static_cast<std::size_t>(&band.bytes.back() - valid.data()) + 1;
    // A repair may have added EOI.
    arrival.bands.push_back({band.top, band.height, arrival.prefix + std::min(end, arrival.size)});
  }
}

}  // namespace jpegwire
