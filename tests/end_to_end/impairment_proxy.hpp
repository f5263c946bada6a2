#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "end_to_end/programs.hpp"

namespace jpegwire {

/// A bad network in front of an RTP viewer on this machine: what comes to port(), and RTCP and
/// repair to the two ports behind it, goes on to the viewer's three ports, impaired as the options
/// say ("--drop", "5"); what the viewer replies goes back to the sender. RTCP is not impaired but
/// with --impair-rtcp.
class ImpairmentProxy : public Process {
 public:
  /// On free ports, in front of the viewer's media port.
  explicit ImpairmentProxy(std::uint16_t viewer_port, const Command& options = {});

  /// The media port, which is even. Waits until the proxy listens.
  std::uint16_t port();

  /// Ends the proxy, which first sends on all that it still holds. Its counts, of "media", "rtcp"
  /// and "repair": in, out, dropped, duplicated, reordered, corrupted, truncated, returned, failed
  /// (not sent) and overflowed (lost by the system before the proxy saw them).
  nlohmann::json end();
};

/// An even port that nobody has, and the two behind it neither, for the ports of an RTP stream.
/// Another one at each call, also in tests that run at the same time: the third one behind it is
/// held until they end.
std::uint16_t free_udp_ports();

}  // namespace jpegwire
