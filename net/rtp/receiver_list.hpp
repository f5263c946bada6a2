#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/rtp/format/rtcp.hpp"
#include "net/rtp/format/rtcp_reader.hpp"

namespace jpegwire {

/// Who receives a stream, as far as they report: as many as one packet can answer. Bound to one
/// thread.
class ReceiverList {
 public:
  /// Takes a receiver's report; true where it is a new one.
  bool note(const RtcpCompound& report, WallTime arrival);

  /// What they told of their time, to give back to them (RFC 3611, section 4.5). Valid until the
  /// next call. Those that have been silent for long are forgotten.
  std::span<const ReferenceTimeEcho> echoes(WallTime now);

  /// How many there are.
  std::size_t size() const { return receivers_.size(); }

 private:
  struct Receiver {
    std::uint32_t ssrc = 0;
    std::uint32_t last_reference = 0;  // 0: it told none
    WallTime arrival{};
  };

  std::vector<Receiver> receivers_;
  std::vector<ReferenceTimeEcho> echoes_;
};

}  // namespace jpegwire
