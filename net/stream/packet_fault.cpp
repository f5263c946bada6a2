#include "net/stream/packet_fault.hpp"

#include <fmt/format.h>

namespace jpegwire {
namespace {

struct Words {
  std::string_view name;
  std::string_view description;
};

Words words_of(PacketFault fault) {
  switch (fault) {
    case PacketFault::none:
      return {"none", "RTP/JPEG"};
    case PacketFault::too_short:
      return {"too_short", "shorter than its headers"};
    case PacketFault::not_rtp:
      return {"not_rtp", "not RTP"};
    case PacketFault::bad_rtp_header:
      return {"bad_rtp_header", "RTP with an invalid header"};
    case PacketFault::other_payload_type:
      return {"other_payload_type", "another payload type"};
    case PacketFault::other_source:
      return {"other_source", "from another source (SSRC) than the one that is received"};
    case PacketFault::other_address:
      return {"other_address", "from another address than that of the source"};
    case PacketFault::unsupported_type:
      return {"unsupported_type", "RTP/JPEG that is neither 4:2:0 nor 4:2:2"};
    case PacketFault::interlaced:
      return {"interlaced", "interlaced RTP/JPEG"};
    case PacketFault::reserved_q:
      return {"reserved_q", "RTP/JPEG with a reserved Q"};
    case PacketFault::no_size:
      return {"no_size", "RTP/JPEG without a size, as of pictures over 2040 pixels"};
    case PacketFault::bad_restart_interval:
      return {"bad_restart_interval", "RTP/JPEG with a restart interval of 0"};
    case PacketFault::bad_tables:
      return {"bad_tables", "RTP/JPEG with quantization tables of an invalid length"};
    case PacketFault::missing_tables:
      return {"missing_tables", "RTP/JPEG without its quantization tables"};
  }
  return {"unknown", "unknown"};
}

}  // namespace

std::string describe(const RefusedPacket& packet) {
  if (packet.fault == PacketFault::other_payload_type)
    return fmt::format("payload type {}, not RTP/JPEG ({})", packet.payload_type,
                       packet.wanted_payload_type);
  return std::string(words_of(packet.fault).description);
}

std::string_view name_of(PacketFault fault) { return words_of(fault).name; }

}  // namespace jpegwire
