#include "net/http/percent_encoding.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::percent_encoding_test {
namespace {

TEST_CASE("a name is decoded as it was encoded, for all bytes", "[files]") {
  CHECK(percent_encode("a-b_c.d~9") == "a-b_c.d~9");
  CHECK(percent_encode("caf\xC3\xA9 100%.jpg") == "caf%C3%A9%20100%25.jpg");
  CHECK(percent_encode("../a?b#c&d") == "..%2Fa%3Fb%23c%26d");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  CHECK(percent_decode(percent_encode(all)) == all);
  CHECK(percent_decode("%c3%A9") == "\xC3\xA9");
  CHECK(percent_decode("a+b") == "a+b");
}

TEST_CASE("a percent sign without two hexadecimal digits is refused", "[files]") {
  for (const char* text : {"%", "%4", "a%", "%4g", "%g4", "%%41", "% 4", "%-1", "%+1"})
    CHECK_FALSE(percent_decode(text));
}

}  // namespace
}  // namespace jpegwire::percent_encoding_test
