#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "net/rtp/format/rtcp.hpp"
#include "net/rtp/format/rtcp_reader.hpp"

namespace jpegwire {

/// The receivers that report on a stream, as many as one packet can answer. Bound to one thread.
class ReceiverList {
 public:
  /// Takes a receiver's report. True if the receiver is new.
  bool note(const RtcpCompound& report, WallTime arrival);

  /// The echoes of the receivers' reference times (RFC 3611, section 4.5), valid until the next
  /// call. Receivers that have been silent for long are forgotten.
  std::span<const ReferenceTimeEcho> echoes(WallTime now);

  /// Whether this holds for the SSRC of each.
  bool all_of(const std::function<bool(std::uint32_t ssrc)>& holds) const;

  /// The number of receivers.
  std::size_t size() const { return receivers_.size(); }

 private:
  struct Receiver {
    std::uint32_t ssrc = 0;
    std::uint32_t last_reference = 0;  // 0: none
    WallTime arrival{};
  };

  std::vector<Receiver> receivers_;
  std::vector<ReferenceTimeEcho> echoes_;
};

}  // namespace jpegwire
