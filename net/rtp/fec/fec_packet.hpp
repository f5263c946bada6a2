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
/// with m = 8. A block is k packets with consecutive sequence numbers; it is followed by n - k
/// repair datagrams, and any k of the n restore the rest.
///
/// The packets themselves go out as they are, so that receivers that know nothing of FEC never
/// notice it: RTP numbers them, so RFC 6865's Explicit Source FEC Payload ID is left out, as RFC
/// 6681 does it for a single sequenced flow. A block's Source Block Number is the low 24 bits of
/// the extended sequence number of its first packet, and source symbol i is the packet i behind
/// that one. Which round of the 16 bits of RTP's sequence numbers the sender is in, a receiver that
/// joins later cannot know; so it finds the block by the low 16 bits.
namespace jpegwire {

/// The largest packet that is protected: what a jumbo frame of 9000 bytes leaves behind the headers
/// of IPv4 and UDP.
inline constexpr std::size_t kMaxSourcePacketBytes = 8972;

/// What a packet becomes as a source symbol: flow ID (0, as there is one flow) and length, then the
/// packet, then zeros up to the block's symbol size. RFC 6865 calls it ADUI.
inline constexpr std::size_t kSourceHeadSizeBytes = 3;

/// In front of the repair symbol.
inline constexpr std::size_t kRepairIdSizeBytes = 8;

/// A repair datagram is so much larger than the largest packet of its block.
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

/// A repair datagram taken apart; it views the datagram.
struct RepairPacket {
  RepairId id;
  Bytes symbol;  // kMinSymbolSizeBytes to kMaxSymbolSizeBytes
};

/// Nothing where a number is out of the range that it has above. Never throws.
std::optional<RepairPacket> parse_repair(Bytes datagram);

/// Writes the ID to the front of `out`, which must hold it, and returns what is left.
std::span<std::byte> put_repair_id(std::span<std::byte> out, const RepairId& id);

/// The packet inside a source symbol; nothing where the symbol is none of ours. Never throws.
std::optional<Bytes> parse_source_symbol(Bytes symbol);

/// Memory for a symbol, from where vector instructions like it to be. It never gives memory back,
/// so using it again costs no allocation. Bound to one thread.
class SymbolBuffer {
 public:
  /// Makes it a source symbol without padding; the packet comes in two parts and has at most
  /// kMaxSourcePacketBytes.
  void assign_packet(Bytes head, Bytes payload);

  void assign(Bytes symbol);

  /// What it holds from then on is undefined where it grows.
  std::span<std::byte> resize(std::size_t size_bytes);

  /// Appends zeros up to `size_bytes`, which is not less than its size. They are no part of it:
  /// size_bytes() stays.
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
