#include "app/text.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::text_test {
namespace {

TEST_CASE("texts are compared without regard to the case of ASCII letters") {
  CHECK(equal_ignoring_case("Content-Length", "cONTENT-lENGTH"));
  CHECK(equal_ignoring_case("", ""));
  CHECK_FALSE(equal_ignoring_case("a", "ab"));
  CHECK_FALSE(equal_ignoring_case("[", "{"));
  CHECK_FALSE(equal_ignoring_case("\xC4", "\xE4"));
}

TEST_CASE("texts are trimmed") {
  CHECK(trimmed(" \ta b\r\n") == "a b");
  CHECK(trimmed("a") == "a");
  CHECK(trimmed("") == "");
  CHECK(trimmed(" \t ") == "");
}

TEST_CASE("only ASCII letters are converted to lower case") {
  CHECK(lower("Az[\xC4 9") == "az[\xC4 9");
}

TEST_CASE("a message shows an address without what may be a password") {
  CHECK(without_password("http://me:secret@camera/stream") == "http://…@camera/stream");
  CHECK(without_password("http://me:s@cr/et#@camera/") == "http://…@camera/");
  CHECK(without_password("me:secret@camera") == "…@camera");
  CHECK(without_password("http:/me:secret@camera") == "…@camera");
  CHECK(without_password("http://me@camera:8080/") == "http://me@camera:8080/");
  CHECK(without_password("http://camera:8080/") == "http://camera:8080/");
  CHECK(without_password("photo@2x.jpg") == "photo@2x.jpg");
}

TEST_CASE("characters that are no UTF-8 are blanks in a line, also at its end") {
  const std::string invalid = GENERATE("\xFF", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
                                       "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xE3\x82");
  CAPTURE(invalid);
  CHECK_FALSE(is_plain_text(invalid));
  CHECK(as_plain_line(invalid, 100).empty());
  CHECK(as_plain_line("a" + invalid, 100) == "a");
  CHECK(as_plain_line("a" + invalid + "b", 100) == "a b");
}

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
}  // namespace jpegwire::text_test
