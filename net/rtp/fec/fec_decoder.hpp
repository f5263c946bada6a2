#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "net/rtp/fec/fec_packet.hpp"
#include "net/rtp/fec/reed_solomon.hpp"

namespace jpegwire {

/// A packet that was lost and is there again; `packet` views the decoder's memory.
struct RecoveredPacket {
  std::int64_t sequence = 0;  // extended, as the packets around it
  Bytes packet;
};

/// Restores lost packets of an RTP stream from its repair datagrams (fec_packet.hpp), in whatever
/// order all of them come: as soon as any k symbols of a block are there, its missing packets are
/// handed out. A packet is handed out once, only where all that were restored along with it are RTP
/// packets with the expected sequence numbers and nothing behind them, and never after it came by
/// itself. Whether it has the stream's SSRC is for the caller to check, who knows the SSRC.
///
/// The numbers that it is given are extended sequence numbers (sequence_number.hpp). It remembers
/// 512 packets and the repair symbols of 8 blocks; newer ones displace older ones. Memory is kept
/// and used again; it comes to 14 MB where every datagram is as large as can be. Whatever the
/// network brings, it never throws. Bound to one thread.
class FecDecoder {
 public:
  static constexpr std::size_t kPackets = 512;
  static constexpr std::size_t kBlocks = 8;

  /// Takes a packet that came by itself. The packets that this restores are valid until the next
  /// call. Ignored are packets longer than kMaxSourcePacketBytes and those that it already has.
  [[nodiscard]] std::span<const RecoveredPacket> source(std::int64_t sequence, Bytes packet);

  /// Takes a repair datagram; `near_sequence` is that of a packet that came lately. The packets
  /// that this restores are valid until the next call. Ignored is what parse_repair() refuses, what
  /// is not within kPackets of `near_sequence`, what is not needed, and what belongs to a block
  /// whose datagrams contradict each other.
  [[nodiscard]] std::span<const RecoveredPacket> repair(Bytes datagram, std::int64_t near_sequence);

  /// Forgets all packets and blocks: the stream begins anew or its sequence numbers jumped.
  void reset();

 private:
  static constexpr std::int64_t kNoSequence = std::numeric_limits<std::int64_t>::min();

  /// Where a packet is remembered, one of every kPackets.
  struct Place {
    std::int64_t sequence = kNoSequence;  // never goes back
    bool is_filled = false;
    SymbolBuffer symbol;
  };

  struct RepairSymbol {
    std::uint8_t id = 0;
    SymbolBuffer symbol;
  };

  struct Block {
    std::int64_t first_sequence = kNoSequence;
    bool is_open = false;  // neither done nor given up
    RepairId id;           // of its first datagram; the others differ in nothing but `symbol`
    std::size_t symbol_size = 0;
    std::size_t repair_count = 0;
    std::vector<RepairSymbol> repairs;  // behind the first repair_count spare memory

    bool contains(std::int64_t sequence) const {
      return sequence >= first_sequence && sequence - first_sequence < id.source_symbols;
    }
  };

  Place& place_of(std::int64_t sequence);
  bool has(std::int64_t sequence);
  std::size_t count_missing(std::int64_t first_sequence, std::size_t count);
  Block* find_block(const RepairPacket& repair, std::int64_t first_sequence);
  Block* open_block(const RepairPacket& repair, std::int64_t first_sequence);
  void add_repair(Block& block, const RepairPacket& repair);
  void recover(Block& block);
  bool collect_symbols(const Block& block);
  bool collect_source_symbol(const Block& block, std::uint8_t id);
  bool is_plausible(const Block& block, std::uint8_t id);
  void hand_out(const Block& block, std::uint8_t id);

  ReedSolomon code_;
  std::vector<Place> places_{kPackets};
  std::array<Block, kBlocks> blocks_;
  std::vector<KnownSymbol> known_;
  std::vector<WantedSymbol> wanted_;
  std::vector<RecoveredPacket> recovered_;
};

}  // namespace jpegwire
