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

/// A lost packet that was restored; `packet` views the decoder's memory.
struct RecoveredPacket {
  std::int64_t sequence = 0;  // extended
  Bytes packet;
};

/// Restores lost packets of an RTP stream from its repair packets (fec_packet.hpp), which may
/// arrive in any order: as soon as k symbols of a block have arrived, the block's missing packets
/// are returned. Each is returned once, only if all packets restored with it are RTP packets with
/// the expected sequence numbers and nothing after them, and not if it has already arrived. The
/// caller checks the SSRC.
///
/// Sequence numbers are extended (sequence_number.hpp). The decoder remembers 512 packets and the
/// repair symbols of 8 blocks; newer ones replace older ones. Memory is reused; it is at most 14
/// MB, if all datagrams have the maximum size. Never throws because of received bytes. Bound to one
/// thread.
class FecDecoder {
 public:
  static constexpr std::size_t kPackets = 512;
  static constexpr std::size_t kBlocks = 8;

  /// Takes a packet that has arrived. The packets that this restores are valid until the next call.
  /// Packets longer than kMaxSourcePacketBytes and known packets are ignored.
  [[nodiscard]] std::span<const RecoveredPacket> source(std::int64_t sequence, Bytes packet);

  /// Takes a repair packet; `near_sequence` is the number of a recent packet. The packets that this
  /// restores are valid until the next call. Ignored: what parse_repair() refuses, what is farther
  /// than kPackets from `near_sequence`, what is not needed, and blocks whose repair packets
  /// contradict each other.
  [[nodiscard]] std::span<const RecoveredPacket> repair(Bytes datagram, std::int64_t near_sequence);

  /// Forgets all packets and blocks, for a new stream or after a jump of its sequence numbers.
  void reset();

 private:
  static constexpr std::int64_t kNoSequence = std::numeric_limits<std::int64_t>::min();

  /// The memory for a packet, by its number modulo kPackets.
  struct Place {
    std::int64_t sequence = kNoSequence;  // only increases
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
    RepairId id;           // of its first repair packet; the others differ only in `symbol`
    std::size_t symbol_size = 0;
    std::size_t repair_count = 0;
    std::vector<RepairSymbol> repairs;  // from repair_count on: spare memory

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
