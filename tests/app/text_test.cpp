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

TEST_CASE("a text from elsewhere is shown on one line, harmless and short") {
  const auto [text, shown] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"Not Found", "Not Found"},
      {"  two\r\n lines\t", "two lines"},
      {"\x1B[2J\x1B]0;title\x07", "[2J ]0;title"},  // of a terminal
      {"a\xC2\x9B"
       "31m",
       "a 31m"},  // C1: the same as ESC [
      {"a\x7F"
       "b",
       "a b"},  // DEL
      {std::string("a\0b", 3), "a b"},
      {"a\xE2\x80\xAE"
       "gpj.exe",
       "a gpj.exe"},                                               // U+202E, right-to-left override
      {"\xE2\x80\xAA\xE2\x80\xAB\xE2\x80\xAC\xE2\x80\xAD.", "."},  // U+202A to U+202D
      {"\xE2\x81\xA6\xE2\x81\xA7\xE2\x81\xA8\xE2\x81\xA9.", "."},  // U+2066 to U+2069
      {"\xE2\x80\x8E\xE2\x80\x8F.", "."},                          // U+200E, U+200F
      {"a\xE2\x80\x8B"
       "b",
       "a b"},  // U+200B, zero-width space
      {"pay\xC2\xAD"
       "pal",
       "pay pal"},  // U+00AD, soft hyphen
      {"a\xF3\xA0\x81\x81"
       "b",
       "a b"},  // U+E0041, a tag
      {"a\xE2\x80\xA8"
       "b",
       "a b"},  // U+2028, line separator
      {"\xEF\xBB\xBF"
       "BOM",
       "BOM"},
      {"cut \xE2\x80", "cut"},  // truncated UTF-8
      {"caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC", "caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC"},
  }));
  CAPTURE(text);
  CHECK(as_plain_line(text, 40) == shown);
  CHECK(is_plain_text(as_plain_line(text, 40)));
  CHECK(quotable(text) == shown);
}

TEST_CASE("a text from elsewhere has at most the bytes asked for, and whole characters") {
  CHECK(as_plain_line(std::string(9000, 'x'), 200) == std::string(200, 'x') + "…");
  CHECK(as_plain_line("exact", 5) == "exact");
  CHECK(as_plain_line("exactly", 5) == "exact…");
  CHECK(as_plain_line("abc\xE6\x97\xA5", 5) == "abc…");
  CHECK(as_plain_line("abcd efg", 5) == "abcd…");
  CHECK(as_plain_line(std::string(9000, '\x1B'), 200).empty());
}

TEST_CASE("a user's word is quoted exactly if it is plain, and else made harmless") {
  CHECK(quotable("two  blanks.mkv") == "two  blanks.mkv");
  CHECK(quotable("http://camera/\x1B[31m") == "http://camera/ [31m");
  CHECK(quotable(std::string(1000, 'x')).size() < 310);
  CHECK(without_password("http://me:secret@camera/\xE2\x80\xAE") == "http://…@camera/");
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
