#include "net/framing/size_prefix.hpp"

#include <catch2/catch.hpp>

#include "support/jpegs.hpp"

namespace jpegwire::size_prefix_test {
namespace {

using namespace test;

ByteVector written(SizePrefix prefix, std::uint32_t size) {
  ByteVector bytes(prefix_size_bytes(prefix), std::byte{0xAA});
  write_size(prefix, size, bytes);
  return bytes;
}

TEST_CASE("sizes are written in the format of existing scripts") {
  CHECK(written(SizePrefix::be32, 0x01020304) == to_bytes({1, 2, 3, 4}));
  CHECK(written(SizePrefix::le32, 0x01020304) == to_bytes({4, 3, 2, 1}));
  CHECK(written(SizePrefix::ascii16, 56'789) == to_bytes("56789           "));
  CHECK(written(SizePrefix::be32, 0) == to_bytes({0, 0, 0, 0}));
  CHECK(written(SizePrefix::le32, 0) == to_bytes({0, 0, 0, 0}));
  CHECK(written(SizePrefix::ascii16, 0) == to_bytes("0               "));
  CHECK(written(SizePrefix::ascii16, 0xFFFFFFFF) == to_bytes("4294967295      "));
}

TEST_CASE("written sizes are read back") {
  const auto prefix = GENERATE(SizePrefix::be32, SizePrefix::le32, SizePrefix::ascii16);
  for (const std::uint32_t size :
       {0U, 1U, 255U, 256U, 65'536U, 8'388'608U, 0x80000000U, 0xFFFFFFFFU})
    CHECK(read_size(prefix, written(prefix, size)) == size);
}

TEST_CASE("a prefix that is not a number has no size") {
  const auto read = [](const char* text) {
    return read_size(SizePrefix::ascii16, to_bytes(std::string_view(text, 16)));
  };
  CHECK(read("12              ") == 12U);
  CHECK(read("0000000000000012") == 12U);
  CHECK(read("9999999999999999") == 9'999'999'999'999'999U);
  CHECK_FALSE(read("                "));
  CHECK_FALSE(read("-1              "));
  CHECK_FALSE(read("+1              "));
  CHECK_FALSE(read(" 12             "));
  CHECK_FALSE(read("1 2             "));
  CHECK_FALSE(read("12\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
  CHECK_FALSE(read("0x12            "));
  CHECK_FALSE(read("1.5             "));
}

TEST_CASE("every prefix has the name that --framing accepts") {
  CHECK(name(SizePrefix::be32) == "be32");
  CHECK(name(SizePrefix::le32) == "le32");
  CHECK(name(SizePrefix::ascii16) == "ascii16");
}

}  // namespace
}  // namespace jpegwire::size_prefix_test
