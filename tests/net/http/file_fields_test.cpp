#include "net/http/file_fields.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::file_fields_test {
namespace {

TEST_CASE("a Range field selects the requested bytes", "[files]") {
  const auto part = [](std::uint64_t begin, std::uint64_t end) {
    return RangeChoice{206, {begin, end}};
  };
  CHECK(choose_range("bytes=0-", 10) == part(0, 10));
  CHECK(choose_range("bytes=3-", 10) == part(3, 10));
  CHECK(choose_range("bytes=9-9", 10) == part(9, 10));
  CHECK(choose_range("bytes=3-4", 10) == part(3, 5));
  CHECK(choose_range("bytes=3-9", 10) == part(3, 10));
  CHECK(choose_range("bytes=3-10", 10) == part(3, 10));
  CHECK(choose_range("bytes=3-18446744073709551615", 10) == part(3, 10));
  CHECK(choose_range("bytes=3-99999999999999999999999", 10) == part(3, 10));
  CHECK(choose_range("bytes=-4", 10) == part(6, 10));
  CHECK(choose_range("bytes=-99", 10) == part(0, 10));
  CHECK(choose_range("BYTES= 3-4 ", 10) == part(3, 5));
}

TEST_CASE("a Range field beyond the end is refused", "[files]") {
  for (const char* field : {"bytes=10-", "bytes=10-20", "bytes=99999999999999999999999-",
                            "bytes=18446744073709551615-", "bytes=-0"})
    CHECK(choose_range(field, 10).status == 416);
  CHECK(choose_range("bytes=0-", 0).status == 416);
  CHECK(choose_range("bytes=-5", 0).status == 416);
}

TEST_CASE("a Range field that is malformed or asks for several ranges is ignored", "[files]") {
  for (const char* field :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=4-3", "bytes=0-1,3-4", "bytes=a-b",
        "bytes=0x1-", "bytes=--1", "bytes=1--2", "bytes=+1-", "items=0-1", "=0-1", "\xFF=0-"})
    CHECK(choose_range(field, 10) == RangeChoice{200, {0, 10}});
}

TEST_CASE("a Content-Range field is parsed, or refused if it is invalid", "[files]") {
  CHECK(parse_content_range("bytes 3-9/10") == ContentRange{{3, 10}, 10});
  CHECK(parse_content_range("bytes 0-0/1") == ContentRange{{0, 1}, 1});
  for (const char* field : {"", "bytes", "bytes 3-9", "bytes */10", "bytes 3-10/10", "bytes 4-3/10",
                            "bytes 3-9/*", "items 3-9/10", "bytes 0-18446744073709551615/"})
    CHECK_FALSE(parse_content_range(field));
}

TEST_CASE("If-None-Match matches a version, any version, or none", "[files]") {
  CHECK(names_etag("\"1-a\"", "\"1-a\""));
  CHECK(names_etag("*", "\"1-a\""));
  CHECK(names_etag("\"2\", W/\"1-a\"", "\"1-a\""));
  CHECK_FALSE(names_etag("\"1-ab\"", "\"1-a\""));
  CHECK_FALSE(names_etag("\"21-a\"", "\"1-a\""));
}

TEST_CASE("programs that accept JSON get it, and browsers do not", "[files]") {
  CHECK(prefers_json("application/json"));
  CHECK(prefers_json("Application/JSON; q=0.9, text/html;q=0.5"));
  CHECK_FALSE(prefers_json(""));
  CHECK_FALSE(prefers_json("*/*"));
  CHECK_FALSE(prefers_json("text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"));
  CHECK_FALSE(prefers_json("application/json;q=0"));
  CHECK_FALSE(prefers_json("application/json;q=7"));
}

TEST_CASE("a SHA-256 is sent if the field's preference for it is not 0", "[files]") {
  CHECK(wants_sha256("sha-256=1"));
  CHECK(wants_sha256("sha-512=3, sha-256=10"));
  for (const char* field : {"", "sha-256", "sha-256=0", "sha-256=11", "sha-512=1", "sha-256=x"})
    CHECK_FALSE(wants_sha256(field));
}

}  // namespace
}  // namespace jpegwire::file_fields_test
