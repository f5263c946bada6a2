#include <malloc.h>

#include <catch2/catch.hpp>
#include <string>

#include "support/fec.hpp"

namespace jpegwire::fec_test {
namespace {

using namespace test;
using ByteVector = std::vector<std::byte>;

struct Case {
  std::string name;
  std::int64_t first_sequence = 0;
  int percent = 0;
  std::vector<std::string> packets;
  std::vector<std::string> repairs;
};

// Computed with a generator matrix made by Gaussian elimination, in another language.
const std::vector<Case> kCases = {
    {"one packet, the last before RTP's numbers wrap",
     65535,
     10,
     {"801affff00000001cafef00d"},
     {"00ffff0100010002"
      "00000c801affff00000001cafef00d"}},
    {"two packets, one padded",
     7,
     10,
     {"801a000700000001cafef00d01", "801a000800000001cafef00d"},
     {"0000070200020003"
      "00000e801a001600000001cafef00d02"}},
    {"two repair symbols, and the last block number",
     0xFFFFFF,
     50,
     {"801affff00000001cafef00dff00aa", "801a000000000001cafef00d80",
      "801a000100000001cafef00d1122"},
     {"ffffff0300030005"
      "000014801aabac00000001cafef00d8fee39",
      "ffffff0400030005"
      "000050801a766d00000001cafef00d1071af"}},
    {"a block number that wrapped",
     0x1000005,
     20,
     {"801a000500000001cafef00d00", "801a000600000001cafef00d01", "801a000700000001cafef00d02",
      "801a000800000001cafef00d03", "801a000900000001cafef00d04"},
     {"0000050500050006"
      "00000d801a00d000000001cafef00dc6"}},
};

FecBlock block_of(const Case& expected) {
  FecBlock block{.first_sequence = expected.first_sequence, .packets = {}, .repairs = {}};
  for (const std::string& packet : expected.packets) block.packets.push_back(from_hex(packet));
  for (const std::string& repair : expected.repairs) block.repairs.push_back(from_hex(repair));
  return block;
}

/// Passes the block, except the packet `lost`, to the decoder; returns the restored packets.
std::vector<ByteVector> receive_without(FecDecoder& decoder, const FecBlock& block,
                                        std::size_t lost, const std::vector<ByteVector>& repairs) {
  std::vector<ByteVector> back;
  const auto keep = [&](std::span<const RecoveredPacket> recovered) {
    for (const RecoveredPacket& packet : recovered) {
      CHECK(packet.sequence == block.sequence(lost));
      back.emplace_back(packet.packet.begin(), packet.packet.end());
    }
  };
  for (std::size_t i = 0; i < block.packets.size(); ++i)
    if (i != lost) keep(decoder.source(block.sequence(i), block.packets[i]));
  for (const ByteVector& repair : repairs) keep(decoder.repair(repair, block.first_sequence));
  return back;
}

TEST_CASE("repair packets have the expected bytes", "[fec]") {
  const Case expected = GENERATE(from_range(kCases));
  CAPTURE(expected.name);
  FecBlock block = block_of(expected);
  FecEncoder encoder;
  add_repairs(encoder, block, expected.percent);
  CHECK(block.repairs == block_of(expected).repairs);
}

TEST_CASE("packets are restored from repair packets byte for byte", "[fec]") {
  const Case expected = GENERATE(from_range(kCases));
  CAPTURE(expected.name);
  const FecBlock block = block_of(expected);
  for (std::size_t lost = 0; lost < block.packets.size(); ++lost)
    for (const ByteVector& repair : block.repairs) {
      FecDecoder decoder;
      CHECK(receive_without(decoder, block, lost, {repair}) ==
            std::vector<ByteVector>{block.packets[lost]});
    }
}

TEST_CASE("an encoder makes blocks of the expected sizes", "[fec]") {
  FecEncoder encoder;
  CHECK(encoder.size() == 0);
  CHECK(encoder.finish(10).empty());
  std::mt19937 random(1);
  const auto [packets, percent, repairs] =
      GENERATE(table<std::size_t, int, std::size_t>({{1, 0, 1},
                                                     {1, -5, 1},
                                                     {1, 10, 1},
                                                     {10, 10, 1},
                                                     {11, 10, 2},
                                                     {63, 10, 7},
                                                     {64, 50, 32},
                                                     {100, 1000, 155},
                                                     {200, 50, 55}}));
  CAPTURE(packets, percent);
  for (const std::int64_t first_sequence : {0, 60'000, 70'000}) {
    const FecBlock block = make_block(encoder, random, first_sequence, packets, percent);
    CHECK(block.repairs.size() == repairs);
    CHECK(encoder.size() == 0);
    const auto repair = parse_repair(block.repairs.back());
    REQUIRE(repair);
    CHECK(repair->id.block == static_cast<std::uint32_t>(first_sequence));
    CHECK(repair->id.symbol == packets + repairs - 1);
  }
}

TEST_CASE("a full block can be coded", "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(1);
  for (std::int64_t i = 0; i < std::int64_t{kMaxSourcePackets}; ++i) {
    CHECK_FALSE(encoder.is_full());
    encoder.add(i, {}, make_packet(random, i, 20));
    CHECK(encoder.size() == static_cast<std::size_t>(i) + 1);
  }
  CHECK(encoder.is_full());
  CHECK(encoder.finish(1).size() == 2);
  CHECK_FALSE(encoder.is_full());
}

TEST_CASE("the largest and the smallest packets can be restored", "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(1);
  FecBlock block{.first_sequence = 3, .packets = {}, .repairs = {}};
  for (const std::size_t size : {kRtpHeaderSizeBytes, kMaxSourcePacketBytes, std::size_t{100}})
    block.packets.push_back(make_packet(random, block.sequence(block.packets.size()), size));
  add_repairs(encoder, block, 10);
  CHECK(block.repairs[0].size() == kMaxSourcePacketBytes + kFecOverheadBytes);
  for (std::size_t lost = 0; lost < 3; ++lost) {
    FecDecoder decoder;
    CHECK(receive_without(decoder, block, lost, block.repairs) ==
          std::vector<ByteVector>{block.packets[lost]});
  }
}

/// A block that lost one packet, with `repair` in front of the valid repair packets, restores no
/// wrong packet.
void check_harmless(const FecBlock& block, std::size_t lost, const ByteVector& repair) {
  FecDecoder decoder;
  std::vector<ByteVector> repairs = {repair};
  repairs.insert(repairs.end(), block.repairs.begin(), block.repairs.end());
  for (const ByteVector& packet : receive_without(decoder, block, lost, repairs))
    if (packet != block.packets[lost]) FAIL("another packet than the one that was lost");
}

TEST_CASE("a truncated repair packet restores no wrong packet", "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(4);
  const auto lost = GENERATE(as<std::size_t>{}, 0, 1, 2);
  FecBlock block{.first_sequence = 40, .packets = {}, .repairs = {}};
  for (const std::size_t size : {30, 60, 45})
    block.packets.push_back(make_packet(random, block.sequence(block.packets.size()), size));
  add_repairs(encoder, block, 50);
  for (std::size_t size = 0; size < block.repairs[0].size(); ++size) {
    CAPTURE(lost, size);
    check_harmless(
        block, lost,
        ByteVector(block.repairs[1].begin(), block.repairs[1].begin() + static_cast<int>(size)));
  }
}

TEST_CASE("a repair ID with a wrong bit restores no wrong packet", "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(5);
  const FecBlock block = make_block(encoder, random, 3000, 20, 20);
  for (std::size_t bit = 0; bit < 8 * kRepairIdSizeBytes; ++bit) {
    CAPTURE(bit);
    ByteVector repair = block.repairs[3];
    repair[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    check_harmless(block, 7, repair);
  }
}

TEST_CASE("a block whose repair packets contradict each other is discarded", "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(6);
  const FecBlock block = make_block(encoder, random, 3000, 20, 20);
  const RepairId id = parse_repair(block.repairs[0])->id;
  RepairId other = id;
  ByteVector repair = block.repairs[1];
  const auto field = GENERATE("block", "k", "n", "size");
  CAPTURE(field);
  if (field == std::string("block")) other.block += 0x10000;
  if (field == std::string("k")) --other.source_symbols;
  if (field == std::string("n")) ++other.encoding_symbols;
  if (field == std::string("size")) repair.push_back(std::byte{0});
  put_repair_id(repair, other);

  FecDecoder decoder;
  for (std::size_t i = 2; i < block.packets.size(); ++i)
    CHECK(decoder.source(block.sequence(i), block.packets[i]).empty());
  CHECK(decoder.repair(block.repairs[0], 3019).empty());
  CHECK(decoder.repair(repair, 3019).empty());
  for (const ByteVector& right : block.repairs) CHECK(decoder.repair(right, 3019).empty());
  CHECK(decoder.source(3000, block.packets[0]).empty());
}

TEST_CASE("a symbol size too small for a packet of the block is refused", "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(6);
  const FecBlock block = make_block(encoder, random, 0, 5, 20);
  FecDecoder decoder;
  for (std::size_t i = 1; i < 4; ++i)
    CHECK(decoder.source(block.sequence(i), block.packets[i]).empty());
  CHECK(decoder.source(4, make_packet(random, 4, 1000)).empty());
  CHECK(decoder.repair(block.repairs[0], 4).empty());
}

TEST_CASE("a packet is restored as a valid packet or not at all", "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(6);
  FecBlock block = make_block(encoder, random, 500, 6, 50);
  const auto damage = GENERATE("version", "sequence number");
  CAPTURE(damage);
  if (damage == std::string("version")) block.packets[2][0] ^= std::byte{0x40};
  if (damage == std::string("sequence number")) block.packets[2][3] ^= std::byte{1};
  add_repairs(encoder, block, 50);
  FecDecoder decoder;
  for (const std::size_t i : {0, 3, 4, 5})
    CHECK(decoder.source(block.sequence(i), block.packets[i]).empty());
  for (const ByteVector& repair : block.repairs) CHECK(decoder.repair(repair, 505).empty());
}

TEST_CASE("too large packets and empty packets are ignored", "[fec]") {
  FecDecoder decoder;
  CHECK(decoder.source(1, ByteVector(kMaxSourcePacketBytes + 1)).empty());
  CHECK(decoder.source(1, ByteVector(65535)).empty());
  CHECK(decoder.source(2, {}).empty());
  FecEncoder encoder;
  std::mt19937 random(1);
  const FecBlock block = make_block(encoder, random, 1, 1, 10);
  REQUIRE(decoder.repair(block.repairs[0], 2).size() == 1);
}

TEST_CASE("a receiver that joins after a wrap-around of sequence numbers restores packets",
          "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(8);
  const FecBlock sent = make_block(encoder, random, 0x7FFF0, 30, 10);
  FecBlock block = sent;
  block.first_sequence = 0xFFF0;  // what the receiver makes of it
  FecDecoder decoder;
  CHECK(receive_without(decoder, block, 16, block.repairs) ==
        std::vector<ByteVector>{block.packets[16]});
}

TEST_CASE("extended sequence numbers may be negative", "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(8);
  const FecBlock block = make_block(encoder, random, -10, 20, 10);
  for (const std::size_t lost : {0, 9, 10, 19}) {
    FecDecoder decoder;
    CHECK(receive_without(decoder, block, lost, block.repairs) ==
          std::vector<ByteVector>{block.packets[lost]});
  }
}

TEST_CASE("a stream can be reset", "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(9);
  const FecBlock before = make_block(encoder, random, 40'000, 20, 20);
  const FecBlock after = make_block(encoder, random, 100, 20, 20);
  const FecBlock same_numbers = make_block(encoder, random, 40'000, 20, 20);
  FecDecoder decoder;
  for (const FecBlock* block : {&before, &after, &same_numbers}) {
    CHECK(receive_without(decoder, *block, 5, block->repairs) ==
          std::vector<ByteVector>{block->packets[5]});
    decoder.reset();
  }
}

TEST_CASE("newer blocks displace older ones", "[fec]") {
  FecEncoder encoder;
  std::mt19937 random(10);
  std::vector<FecBlock> blocks;
  for (std::int64_t i = 0; i < 9; ++i)
    blocks.push_back(make_block(encoder, random, 20 * i, 20, 10));
  FecDecoder decoder;
  const auto take = [&](std::size_t block, std::size_t packet) {
    return decoder.source(blocks[block].sequence(packet), blocks[block].packets[packet]).size();
  };
  for (std::size_t i = 0; i < 9; ++i) {
    for (std::size_t packet = 3; packet < 20; ++packet) CHECK(take(i, packet) == 0);
    for (const ByteVector& repair : blocks[i].repairs) CHECK(decoder.repair(repair, 180).empty());
  }
  CHECK(take(0, 0) == 0);
  CHECK(decoder.repair(blocks[0].repairs[0], 180).empty());
  CHECK(decoder.repair(blocks[0].repairs[1], 180).empty());
  for (std::size_t i = 1; i < 9; ++i) CHECK(take(i, 0) == 2);
}

TEST_CASE("a flood of repair packets takes no more memory than documented", "[fec]") {
  std::mt19937 random(11);
  const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  FecDecoder decoder;
  ByteVector datagram(kRepairIdSizeBytes + kMaxSymbolSizeBytes);
  std::ranges::generate(datagram, [&] { return static_cast<std::byte>(random()); });
  for (std::int64_t i = 0; i < 100'000; ++i) {
    const auto k = static_cast<std::uint16_t>(1 + random() % 254);
    const auto n = static_cast<std::uint16_t>(k + 1 + random() % (255U - k));
    put_repair_id(datagram, {.block = static_cast<std::uint32_t>(i / 300 * 60 + random() % 8),
                             .symbol = static_cast<std::uint8_t>(k + random() % (n - k)),
                             .source_symbols = random() % 20 == 0 ? k : std::uint16_t{120},
                             .encoding_symbols = random() % 20 == 0 ? n : std::uint16_t{255}});
    if (random() % 4 == 0) datagram[random() % 8] = static_cast<std::byte>(random());
    const std::size_t size = random() % 50 == 0 ? random() % datagram.size() : datagram.size();
    if (!decoder.repair(Bytes(datagram).first(size), i / 300 * 60).empty())
      FAIL("garbage was handed out");
  }
  const std::size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
  CHECK(after - std::min(before, after) < 14'500'000);

  FecEncoder encoder;
  const FecBlock block = make_block(encoder, random, 30'000, 20, 10);
  decoder.reset();
  CHECK(receive_without(decoder, block, 5, block.repairs) ==
        std::vector<ByteVector>{block.packets[5]});
}

}  // namespace
}  // namespace jpegwire::fec_test
