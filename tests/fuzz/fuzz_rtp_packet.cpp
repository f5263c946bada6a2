#include <algorithm>
#include <array>

#include "net/rtp/format/packet.hpp"
#include "support/fuzzing.hpp"

// The parts of a packet lie in its datagram in order, and its header is written back identically.

using namespace jpegwire;
using namespace jpegwire::test;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes datagram = as_input(data, size);
  const auto packet = parse_rtp(datagram);
  if (!packet) return 0;
  const std::byte* const end = datagram.data() + datagram.size();
  require(packet->payload.data() >= datagram.data() + kRtpHeaderSizeBytes &&
              packet->payload.data() + packet->payload.size() <= end,
          "the payload is within the datagram");
  require(packet->extension.empty() ||
              packet->extension.data() + packet->extension.size() <= packet->payload.data(),
          "the extension is before the payload");
  std::array<std::byte, kRtpHeaderSizeBytes> written;
  put_rtp_header(written, packet->header, (datagram[0] & std::byte{0x10}) != std::byte{});
  constexpr auto kUnwritten = std::byte{0x2F};  // padding and contributing sources
  require(written[0] == (datagram[0] & ~kUnwritten), "the first byte is the same");
  require(std::ranges::equal(Bytes(written).subspan(1), datagram.subspan(1, written.size() - 1)),
          "the header is the same");
  return 0;
}
