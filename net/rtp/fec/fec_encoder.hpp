#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "net/rtp/fec/fec_packet.hpp"
#include "net/rtp/fec/reed_solomon.hpp"

namespace jpegwire {

/// The largest number of packets in a block; it leaves room for repair symbols.
inline constexpr std::size_t kMaxSourcePackets = 200;

/// Makes the repair packets of an RTP stream (fec_packet.hpp). Add every packet that is sent, and
/// finish the block when waiting for more would cost latency, at the latest with the frame. Memory
/// is reused: nothing is allocated once the largest blocks have been coded. Bound to one thread.
class FecEncoder {
 public:
  /// Copies a packet, given in two parts, to the open block. `sequence` is its extended sequence
  /// number, and consecutive within a block. The packet has at most kMaxSourcePacketBytes, and the
  /// block must not be full.
  void add(std::int64_t sequence, Bytes head, Bytes payload);

  /// Packets in the open block.
  std::size_t size() const { return size_; }

  bool is_full() const { return size_ == kMaxSourcePackets; }

  /// Ends the block and returns its repair packets: `percent` of its packets, rounded up, at least
  /// one and at most as many as the code allows; none for an empty block. They are valid until the
  /// next add().
  std::span<const Bytes> finish(int percent);

 private:
  std::span<const WantedSymbol> prepare_repairs(std::size_t count, std::size_t symbol_size);
  std::span<const KnownSymbol> pad_sources(std::size_t symbol_size);
  std::size_t longest_symbol() const;

  ReedSolomon code_;
  std::int64_t first_sequence_ = 0;
  std::size_t size_ = 0;
  std::vector<SymbolBuffer> sources_{kMaxSourcePackets};
  std::vector<SymbolBuffer> repairs_{kMaxEncodingSymbols};
  std::vector<KnownSymbol> known_;
  std::vector<WantedSymbol> wanted_;
  std::vector<Bytes> datagrams_;
};

}  // namespace jpegwire
