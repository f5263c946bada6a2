#include <cmath>

#include "net/rtp/format/sdp.hpp"
#include "support/fuzzing.hpp"

// A description gives a session or an error message, and a session is written back identically.

using namespace jpegwire;
using namespace jpegwire::test;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const SdpResult result = read_sdp({reinterpret_cast<const char*>(data), size});
  require(result.session.has_value() == result.error.empty(), "there is a session or a sentence");
  for (const char c : result.error) require(c >= ' ' && c <= '~', "a sentence is plain text");
  if (!result.session) return 0;
  RtpSession session = *result.session;
  require(session.port >= 1 && session.port <= 65'533, "the port can be used");
  require(session.payload_type >= 0 && session.payload_type < 128, "the type has seven bits");
  require(std::isfinite(session.frames_per_second), "the frame rate is a number");
  const std::string text = write_sdp(session, "127.0.0.1", 1);
  session.ttl = read_sdp(text).session.value_or(RtpSession{}).ttl;  // only for an IPv4 group
  require(read_sdp(text).session == session, "it says the same");
  return 0;
}
