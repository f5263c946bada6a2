#include "app/plain_text.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::plain_text_test {
namespace {

TEST_CASE("a text's width in columns is that of a terminal") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("monday.mkv") == 10);
  CHECK(columns_of("caf\xC3\xA9") == 4);
  CHECK(columns_of("cafe\xCC\x81") == 4);              // a separate accent
  CHECK(columns_of("\xE6\x97\xA5\xE6\x9C\xAC") == 4);  // Japan, in Japanese
  CHECK(columns_of("\xED\x95\x9C") == 2);              // a Korean syllable
  CHECK(columns_of("\xF0\x9F\x8E\xA5.avi") == 6);      // a film camera
  CHECK(columns_of("\xE3\x82\xAB\xE3\x82\x99") >= 2);  // with a Japanese voice mark
  CHECK(columns_of("\xD0\xBF\xD0\xBD") == 2);          // Russian
}

}  // namespace
}  // namespace jpegwire::plain_text_test
