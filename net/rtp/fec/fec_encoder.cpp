#include "net/rtp/fec/fec_encoder.hpp"

#include <algorithm>
#include <cassert>

namespace jpegwire {
namespace {

constexpr std::uint32_t kBlockNumberMask = 0xFF'FFFF;

std::size_t repair_count(std::size_t packets, int percent) {
  const std::size_t share = static_cast<std::size_t>(std::max(percent, 0));
  const std::size_t wanted = (packets * share + 99) / 100;
  return std::clamp<std::size_t>(wanted, 1, kMaxEncodingSymbols - packets);
}

}  // namespace

void FecEncoder::add(std::int64_t sequence, Bytes head, Bytes payload) {
  assert(!is_full());
  if (size_ == 0) first_sequence_ = sequence;
  assert(sequence == first_sequence_ + static_cast<std::int64_t>(size_));
  sources_[size_++].assign_packet(head, payload);
}

std::span<const Bytes> FecEncoder::finish(int percent) {
  datagrams_.clear();
  if (size_ == 0) return datagrams_;
  const std::size_t symbol_size = longest_symbol();
  const auto wanted = prepare_repairs(repair_count(size_, percent), symbol_size);
  code_.compute(pad_sources(symbol_size), wanted, symbol_size);
  size_ = 0;
  return datagrams_;
}

std::size_t FecEncoder::longest_symbol() const {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < size_; ++i) longest = std::max(longest, sources_[i].size_bytes());
  return longest;
}

std::span<const WantedSymbol> FecEncoder::prepare_repairs(std::size_t count,
                                                          std::size_t symbol_size) {
  wanted_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const RepairId id{.block = static_cast<std::uint32_t>(first_sequence_) & kBlockNumberMask,
                      .symbol = static_cast<std::uint8_t>(size_ + i),
                      .source_symbols = static_cast<std::uint16_t>(size_),
                      .encoding_symbols = static_cast<std::uint16_t>(size_ + count)};
    const std::span<std::byte> datagram = repairs_[i].resize(kRepairIdSizeBytes + symbol_size);
    wanted_.push_back({.id = id.symbol, .bytes = put_repair_id(datagram, id).data()});
    datagrams_.push_back(datagram);
  }
  return wanted_;
}

std::span<const KnownSymbol> FecEncoder::pad_sources(std::size_t symbol_size) {
  known_.clear();
  for (std::size_t i = 0; i < size_; ++i)
    known_.push_back({.id = static_cast<std::uint8_t>(i), .bytes = sources_[i].pad(symbol_size)});
  return known_;
}

}  // namespace jpegwire
