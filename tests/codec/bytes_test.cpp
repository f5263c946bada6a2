#include "codec/bytes.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdint>

#include "support/jpegs.hpp"

namespace jpegwire::big_endian_test {
namespace {

using namespace test;

TEST_CASE("the most significant byte comes first") {
  ByteVector bytes(15, std::byte{0xEE});
  std::span<std::byte> rest = put_big_endian(std::span(bytes), std::uint64_t{0x0102030405060708});
  rest = put_big_endian(rest, std::uint32_t{0xF1F2F3F4});
  rest = put_big_endian(rest, std::uint16_t{0xABCD});
  CHECK(rest.size() == 1);
  CHECK(bytes == to_bytes({1, 2, 3, 4, 5, 6, 7, 8, 0xF1, 0xF2, 0xF3, 0xF4, 0xAB, 0xCD, 0xEE}));
  CHECK(get_big_endian<std::uint64_t>(bytes) == 0x0102030405060708);
  CHECK(get_big_endian<std::uint32_t>(Bytes(bytes).subspan(8)) == 0xF1F2F3F4);
  CHECK(get_big_endian<std::uint16_t>(Bytes(bytes).subspan(12)) == 0xABCD);
  CHECK(get_big_endian<std::uint8_t>(Bytes(bytes).subspan(14)) == 0xEE);
}

}  // namespace
}  // namespace jpegwire::big_endian_test
