#include <algorithm>
#include <array>

#include "net/stream/frame_stamp.hpp"
#include "support/fuzzing.hpp"

// A parsed stamp is written back identically.

using namespace jpegwire;
using namespace jpegwire::test;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = as_input(data, size);
  const std::optional<FrameStamp> stamp = read_stamp(input);
  if (!stamp) return 0;
  require(input.size() >= kStampSizeBytes, "a stamp is complete");
  std::array<std::byte, kStampSizeBytes> written;
  write_stamp(*stamp, written);
  require(read_stamp(written) == stamp, "a written stamp can be read back");
  constexpr std::size_t kFlags = 14;
  require(std::ranges::equal(Bytes(written).first(kFlags), input.first(kFlags)),
          "the opening is the same");
  // Keeps sums and differences of such times within the range of microseconds.
  const microseconds sum = stamp->capture_time.time_since_epoch() +
                           stamp->send_time.time_since_epoch() + stamp->echo.time_since_epoch() +
                           stamp->echo_hold;
  require(sum >= microseconds::zero(), "times are no earlier than the epoch");
  return 0;
}
