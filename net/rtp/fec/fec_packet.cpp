#include "net/rtp/fec/fec_packet.hpp"

#include <algorithm>
#include <cassert>

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

bool is_possible(const RepairId& id) {
  return id.source_symbols > 0 && id.source_symbols <= id.symbol &&
         id.symbol < id.encoding_symbols && id.encoding_symbols <= kMaxEncodingSymbols;
}

}  // namespace

std::optional<RepairPacket> parse_repair(Bytes datagram) {
  if (datagram.size() < kRepairIdSizeBytes + kMinSymbolSizeBytes ||
      datagram.size() > kRepairIdSizeBytes + kMaxSymbolSizeBytes)
    return std::nullopt;
  const auto block_and_symbol = get_big_endian<std::uint32_t>(datagram);
  const RepairId id{.block = block_and_symbol >> 8,
                    .symbol = static_cast<std::uint8_t>(block_and_symbol),
                    .source_symbols = get_big_endian<std::uint16_t>(datagram.subspan(4)),
                    .encoding_symbols = get_big_endian<std::uint16_t>(datagram.subspan(6))};
  if (!is_possible(id)) return std::nullopt;
  return RepairPacket{.id = id, .symbol = datagram.subspan(kRepairIdSizeBytes)};
}

std::span<std::byte> put_repair_id(std::span<std::byte> out, const RepairId& id) {
  out = put_big_endian(out, id.block << 8 | id.symbol);
  out = put_big_endian(out, id.source_symbols);
  return put_big_endian(out, id.encoding_symbols);
}

std::optional<Bytes> parse_source_symbol(Bytes symbol) {
  if (symbol.size() < kSourceHeadSizeBytes || symbol[0] != std::byte{0}) return std::nullopt;
  const std::size_t size = get_big_endian<std::uint16_t>(symbol.subspan(1));
  symbol = symbol.subspan(kSourceHeadSizeBytes);
  if (size > symbol.size()) return std::nullopt;
  const auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
  if (!std::ranges::all_of(symbol.subspan(size), is_zero)) return std::nullopt;
  return symbol.first(size);
}

void SymbolBuffer::assign_packet(Bytes head, Bytes payload) {
  const std::size_t packet_size = head.size() + payload.size();
  assert(packet_size <= kMaxSourcePacketBytes);
  std::span<std::byte> out = resize(kSourceHeadSizeBytes + packet_size);
  out[0] = std::byte{0};
  out = put_big_endian(out.subspan(1), static_cast<std::uint16_t>(packet_size));
  put_bytes(put_bytes(out, head), payload);
}

void SymbolBuffer::assign(Bytes symbol) { put_bytes(resize(symbol.size()), symbol); }

std::span<std::byte> SymbolBuffer::resize(std::size_t size_bytes) {
  size_ = size_bytes;
  return reserve(size_bytes);
}

const std::byte* SymbolBuffer::pad(std::size_t size_bytes) {
  const std::span<std::byte> memory = reserve(size_bytes);
  std::ranges::fill(memory.subspan(size_), std::byte{0});
  return memory.data();
}

std::span<std::byte> SymbolBuffer::reserve(std::size_t size_bytes) {
  const std::size_t lines = (size_bytes + sizeof(Line) - 1) / sizeof(Line);
  if (lines_.size() < lines) {
    lines_.reserve(lines);  // exactly; resize() would double it
    lines_.resize(lines);
  }
  return std::as_writable_bytes(std::span(lines_)).first(size_bytes);
}

}  // namespace jpegwire
