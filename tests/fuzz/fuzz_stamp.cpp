#include <array>

#include "net/stream/frame_stamp.hpp"
#include "support/fuzzing.hpp"

// A parsed stamp is written back identically, and a header is cut around it without a loss.

using namespace jpegwire;
using namespace jpegwire::test;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = as_input(data, size);
  const HeaderAroundStamp header = cut_at_stamp(input);
  const std::size_t taken = input.size() - header.front.size() - header.rest.size();
  const std::optional<FrameStamp> stamp = find_stamp(input);
  require(stamp || taken == 0, "only a stamp is left out");
  if (!stamp) return 0;
  require(taken == 55 || taken == kStampSizeBytes, "a stamp is complete");
  std::array<std::byte, kStampSizeBytes> written;
  write_stamp(*stamp, written);
  require(read_stamp(written) == stamp, "a written stamp can be read back");
  // Keeps sums and differences of such times within the range of microseconds.
  const microseconds sum = stamp->capture_time.time_since_epoch() +
                           stamp->send_time.time_since_epoch() + stamp->echo.time_since_epoch() +
                           stamp->echo_hold;
  require(sum >= microseconds::zero(), "times are no earlier than the epoch");
  return 0;
}
