#include "net/rtp/fec/fec_packet.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "support/fec.hpp"

namespace jpegwire::fec_packet_test {
namespace {

using namespace test;
using ByteVector = std::vector<std::byte>;

TEST_CASE("impossible repair IDs are refused", "[fec]") {
  const std::string symbol = "00000c801affff00000001cafef00d";
  const auto is_taken = [&](const std::string& id) {
    return parse_repair(from_hex(id + symbol)).has_value();
  };
  CHECK(is_taken("0000010100010002"));
  CHECK(is_taken("000001fe00fe00ff"));
  CHECK(is_taken("000001fe000100ff"));
  CHECK_FALSE(is_taken("0000010100000002"));  // k is 0
  CHECK_FALSE(is_taken("0000010000000001"));
  CHECK_FALSE(is_taken("0000010100020002"));  // n is k
  CHECK_FALSE(is_taken("0000010200020002"));
  CHECK_FALSE(is_taken("0000010500050002"));  // n is less
  CHECK_FALSE(is_taken("0000010000010002"));  // the ID of a source symbol
  CHECK_FALSE(is_taken("0000010200010002"));  // an ID that is too large
  CHECK_FALSE(is_taken("000001fe00fe0100"));  // n is too large
  CHECK_FALSE(is_taken("000001ff00fe0100"));
  CHECK_FALSE(is_taken("000001ffffff0100"));  // k is too large
  CHECK_FALSE(is_taken("000001ffffffffff"));
}

TEST_CASE("repair packets of impossible sizes are refused", "[fec]") {
  ByteVector datagram = from_hex("0000010100010002");
  const auto is_taken = [&](std::size_t symbol_size) {
    datagram.resize(kRepairIdSizeBytes + symbol_size);
    return parse_repair(datagram).has_value();
  };
  for (std::size_t size = 0; size < kMinSymbolSizeBytes; ++size) CHECK_FALSE(is_taken(size));
  CHECK(is_taken(kMinSymbolSizeBytes));
  CHECK(is_taken(kMaxSymbolSizeBytes));
  CHECK_FALSE(is_taken(kMaxSymbolSizeBytes + 1));
  CHECK_FALSE(is_taken(100'000));
  for (std::size_t size = 0; size < kRepairIdSizeBytes; ++size)
    CHECK_FALSE(parse_repair(Bytes(datagram).first(size)));
}

TEST_CASE("invalid source symbols are refused", "[fec]") {
  const auto size_of = [](std::string_view hex) -> int {
    const ByteVector symbol = from_hex(hex);
    const auto packet = parse_source_symbol(symbol);
    return packet ? static_cast<int>(packet->size()) : -1;
  };
  CHECK(size_of("000002aabb") == 2);
  CHECK(size_of("000001aa0000") == 1);
  CHECK(size_of("000000") == 0);
  CHECK(size_of("") == -1);
  CHECK(size_of("0000") == -1);
  CHECK(size_of("010002aabb") == -1);  // another flow
  CHECK(size_of("000003aabb") == -1);  // longer than the symbol
  CHECK(size_of("00ffffaabb") == -1);
  CHECK(size_of("000001aa0001") == -1);  // padding that is none
}

}  // namespace
}  // namespace jpegwire::fec_packet_test
