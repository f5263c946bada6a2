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

}  // namespace
}  // namespace jpegwire::text_test
