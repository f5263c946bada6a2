#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "end_to_end/programs.hpp"

namespace jpegwire {

/// A bad network in front of an RTP viewer on this machine. Media that arrive at port(), and RTCP
/// and repair datagrams at the two ports above it, are forwarded to the viewer's three ports,
/// impaired as the options say ("--drop", "5"). The viewer's replies are returned to the sender.
/// RTCP is impaired only with --impair-rtcp.
class ImpairmentProxy : public Process {
 public:
  /// Listens on free ports, in front of the viewer's media port.
  explicit ImpairmentProxy(std::uint16_t viewer_port, const Command& options = {});

  /// The media port, which is even. Waits until the proxy listens.
  std::uint16_t port();

  /// Ends the proxy, which first forwards everything that it still holds. Returns its counts for
  /// "media", "rtcp" and "repair": in, out, dropped, duplicated, reordered, corrupted, truncated,
  /// returned, failed (not sent) and overflowed (lost by the system before the proxy received
  /// them).
  nlohmann::json end();
};

/// A free even port with two free ports above it, for an RTP stream. Each call gives different
/// ports, also among tests that run at the same time: the third port above it stays bound until the
/// process ends.
std::uint16_t free_udp_ports();

}  // namespace jpegwire
