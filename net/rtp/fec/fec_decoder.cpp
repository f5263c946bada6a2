#include "net/rtp/fec/fec_decoder.hpp"

#include <algorithm>
#include <cstdlib>

#include "net/rtp/format/sequence_number.hpp"

namespace jpegwire {
namespace {

bool belong_together(const RepairId& a, const RepairId& b) {
  return a.block == b.block && a.source_symbols == b.source_symbols &&
         a.encoding_symbols == b.encoding_symbols;
}

}  // namespace

std::span<const RecoveredPacket> FecDecoder::source(std::int64_t sequence, Bytes packet) {
  recovered_.clear();
  Place& place = place_of(sequence);
  const bool is_stale = place.sequence > sequence || has(sequence);
  if (is_stale || packet.size() > kMaxSourcePacketBytes) return recovered_;
  place.sequence = sequence;
  place.is_filled = true;
  place.symbol.assign_packet({}, packet);
  for (Block& block : blocks_)
    if (block.is_open && block.contains(sequence)) recover(block);
  return recovered_;
}

std::span<const RecoveredPacket> FecDecoder::repair(Bytes datagram, std::int64_t near_sequence) {
  recovered_.clear();
  const std::optional<RepairPacket> repair = parse_repair(datagram);
  if (!repair) return recovered_;
  const std::int64_t first_sequence =
      extend_sequence(near_sequence, static_cast<std::uint16_t>(repair->id.block));
  if (std::abs(first_sequence - near_sequence) >= std::int64_t{kPackets}) return recovered_;
  if (Block* block = find_block(*repair, first_sequence)) {
    add_repair(*block, *repair);
    recover(*block);
  }
  return recovered_;
}

void FecDecoder::reset() {
  recovered_.clear();
  for (Place& place : places_) {
    place.sequence = kNoSequence;
    place.is_filled = false;
  }
  for (Block& block : blocks_) {
    block.first_sequence = kNoSequence;
    block.is_open = false;
  }
}

FecDecoder::Place& FecDecoder::place_of(std::int64_t sequence) {
  return places_[static_cast<std::uint64_t>(sequence) % kPackets];
}

bool FecDecoder::has(std::int64_t sequence) {
  const Place& place = place_of(sequence);
  return place.is_filled && place.sequence == sequence;
}

std::size_t FecDecoder::count_missing(std::int64_t first_sequence, std::size_t count) {
  std::size_t missing = 0;
  for (std::size_t i = 0; i < count; ++i)
    if (!has(first_sequence + static_cast<std::int64_t>(i))) ++missing;
  return missing;
}

// A block without a gap, which is the usual case, needs no memory.
FecDecoder::Block* FecDecoder::find_block(const RepairPacket& repair, std::int64_t first_sequence) {
  const auto found = std::ranges::find(blocks_, first_sequence, &Block::first_sequence);
  if (found == blocks_.end())
    return count_missing(first_sequence, repair.id.source_symbols) > 0
               ? open_block(repair, first_sequence)
               : nullptr;
  if (!belong_together(found->id, repair.id) || found->symbol_size != repair.symbol.size())
    found->is_open = false;
  return found->is_open ? &*found : nullptr;
}

FecDecoder::Block* FecDecoder::open_block(const RepairPacket& repair, std::int64_t first_sequence) {
  Block& block = *std::ranges::min_element(blocks_, {}, &Block::first_sequence);
  if (block.first_sequence > first_sequence) return nullptr;
  block.first_sequence = first_sequence;
  block.is_open = true;
  block.id = repair.id;
  block.symbol_size = repair.symbol.size();
  block.repair_count = 0;
  return &block;
}

void FecDecoder::add_repair(Block& block, const RepairPacket& repair) {
  const auto present = std::span(block.repairs).first(block.repair_count);
  if (std::ranges::find(present, repair.id.symbol, &RepairSymbol::id) != present.end()) return;
  if (block.repairs.size() == block.repair_count) block.repairs.emplace_back();
  RepairSymbol& added = block.repairs[block.repair_count++];
  added.id = repair.id.symbol;
  added.symbol.assign(repair.symbol);
}

void FecDecoder::recover(Block& block) {
  const std::size_t missing = count_missing(block.first_sequence, block.id.source_symbols);
  if (missing > block.repair_count) return;
  block.is_open = false;
  if (missing == 0 || !collect_symbols(block)) return;
  code_.compute(known_, wanted_, block.symbol_size);
  const auto is_bad = [&](const WantedSymbol& wanted) { return !is_plausible(block, wanted.id); };
  if (std::ranges::any_of(wanted_, is_bad)) return;
  for (const WantedSymbol& wanted : wanted_) hand_out(block, wanted.id);
}

bool FecDecoder::collect_symbols(const Block& block) {
  known_.clear();
  wanted_.clear();
  for (std::size_t id = 0; id < block.id.source_symbols; ++id)
    if (!collect_source_symbol(block, static_cast<std::uint8_t>(id))) return false;
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const RepairSymbol& repair = block.repairs[i];
    known_.push_back({.id = repair.id, .bytes = repair.symbol.bytes().data()});
  }
  return true;
}

// A lost packet is restored to the memory it would have if it had arrived, unless a newer one uses
// that memory by now.
bool FecDecoder::collect_source_symbol(const Block& block, std::uint8_t id) {
  const std::int64_t sequence = block.first_sequence + id;
  Place& place = place_of(sequence);
  if (has(sequence)) {
    if (place.symbol.size_bytes() > block.symbol_size) return false;
    known_.push_back({.id = id, .bytes = place.symbol.pad(block.symbol_size)});
    return true;
  }
  if (place.sequence > sequence) return false;
  place.sequence = sequence;
  place.is_filled = false;
  wanted_.push_back({.id = id, .bytes = place.symbol.resize(block.symbol_size).data()});
  return true;
}

bool FecDecoder::is_plausible(const Block& block, std::uint8_t id) {
  const std::int64_t sequence = block.first_sequence + id;
  const auto packet = parse_source_symbol(place_of(sequence).symbol.bytes());
  if (!packet) return false;
  const std::optional<RtpPacket> rtp = parse_rtp(*packet);
  return rtp && rtp->header.sequence == static_cast<std::uint16_t>(sequence);
}

void FecDecoder::hand_out(const Block& block, std::uint8_t id) {
  const std::int64_t sequence = block.first_sequence + id;
  Place& place = place_of(sequence);
  place.is_filled = true;
  const Bytes packet = *parse_source_symbol(place.symbol.bytes());
  place.symbol.resize(kSourceHeadSizeBytes + packet.size());
  recovered_.push_back({.sequence = sequence, .packet = packet});
}

}  // namespace jpegwire
