#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/frame.hpp"
#include "net/rtp/fec/reed_solomon.hpp"
#include "net/rtp/format/packet.hpp"

/// Forward error correction of an RTP stream by the Reed-Solomon scheme for FECFRAME (RFC 6865)
/// with m = 8. A block is k packets with consecutive sequence numbers, followed by n - k repair
/// packets; any k of the n restore the others.
///
/// The packets themselves are sent unchanged, so receivers without FEC need not know of it: RTP
/// numbers them, so RFC 6865's Explicit Source FEC Payload ID is omitted, as in RFC 6681 for a
/// single sequenced flow. A block's Source Block Number is the low 24 bits of the extended sequence
/// number of its first packet, and source symbol i is the i-th packet after that one. A receiver
/// that joins later does not know how often the 16 bits of the sender's sequence numbers have
/// wrapped around, so it finds the block by the low 16 bits.
namespace jpegwire {

/// The largest packet that is protected: a jumbo frame of 9000 bytes without the headers of IPv4
/// and UDP.
inline constexpr std::size_t kMaxSourcePacketBytes = 8972;

/// In front of a packet in a source symbol: flow ID (0, the only flow) and length. The packet
/// follows, then zeros up to the block's symbol size. RFC 6865 calls the symbol ADUI.
inline constexpr std::size_t kSourceHeadSizeBytes = 3;

/// In front of the repair symbol.
inline constexpr std::size_t kRepairIdSizeBytes = 8;

/// How much larger a repair packet is than the largest packet of its block.
inline constexpr std::size_t kFecOverheadBytes = kSourceHeadSizeBytes + kRepairIdSizeBytes;

inline constexpr std::size_t kMinSymbolSizeBytes = kSourceHeadSizeBytes + kRtpHeaderSizeBytes;
inline constexpr std::size_t kMaxSymbolSizeBytes = kSourceHeadSizeBytes + kMaxSourcePacketBytes;

/// The Repair FEC Payload ID of RFC 6865 for m = 8.
struct RepairId {
  std::uint32_t block = 0;             // Source Block Number, 24 bits
  std::uint8_t symbol = 0;             // Encoding Symbol ID, k to n - 1
  std::uint16_t source_symbols = 0;    // k, at least 1
  std::uint16_t encoding_symbols = 0;  // n, at most kMaxEncodingSymbols

  bool operator==(const RepairId&) const = default;
};

/// A parsed repair packet; it views the datagram.
struct RepairPacket {
  RepairId id;
  Bytes symbol;  // kMinSymbolSizeBytes to kMaxSymbolSizeBytes
};

/// Nothing if a number is out of its range above. Never throws.
std::optional<RepairPacket> parse_repair(Bytes datagram);

/// Writes the ID to the front of `out`, which must have room for it, and returns the rest.
std::span<std::byte> put_repair_id(std::span<std::byte> out, const RepairId& id);

/// The packet in a source symbol; nothing if the symbol is invalid. Never throws.
std::optional<Bytes> parse_source_symbol(Bytes symbol);

/// Memory for a symbol, aligned for vector instructions. It never shrinks, so reusing it costs no
/// allocation. Bound to one thread.
class SymbolBuffer {
 public:
  /// Sets it to a source symbol without padding. The packet is given in two parts and has at most
  /// kMaxSourcePacketBytes.
  void assign_packet(Bytes head, Bytes payload);

  void assign(Bytes symbol);

  /// Bytes added by growing are undefined.
  std::span<std::byte> resize(std::size_t size_bytes);

  /// Writes zeros behind the symbol up to `size_bytes`, which is not less than its size.
  /// size_bytes() does not change.
  const std::byte* pad(std::size_t size_bytes);

  std::size_t size_bytes() const { return size_; }
  Bytes bytes() const { return std::as_bytes(std::span(lines_)).first(size_); }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };

  std::span<std::byte> reserve(std::size_t size_bytes);

  std::vector<Line> lines_;
  std::size_t size_ = 0;
};

}  // namespace jpegwire
