#include "net/http/http_url.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

using namespace jpegwire;

TEST_CASE("an HTTP URL has a server, a path, and optionally a user", "[http]") {
  const HttpUrl plain = parse_http_url("http://camera");
  CHECK(plain.endpoint == Endpoint{"camera", 80});
  CHECK(plain.target == "/");
  CHECK(plain.user.empty());

  const HttpUrl full = parse_http_url("http://me%40home:p%3Ass@camera:8080/a/b?action=stream#top");
  CHECK(full.endpoint == Endpoint{"camera", 8080});
  CHECK(full.target == "/a/b?action=stream");
  CHECK(full.user == "me@home");
  CHECK(full.password == "p:ss");
  CHECK(to_string(full) == "http://camera:8080/a/b?action=stream");

  CHECK(parse_http_url("http://camera?action=stream").target == "/?action=stream");
  CHECK(parse_http_url("http://[::1]:81/x").endpoint == Endpoint{"::1", 81});
  CHECK(parse_http_url("http://[::1]/x").endpoint == Endpoint{"::1", 80});
  CHECK(to_string(parse_http_url("http://camera/stream")) == "http://camera/stream");
  CHECK(parse_http_url("http://me@camera/").user == "me");
}

TEST_CASE("invalid HTTP URLs are reported", "[http]") {
  const auto* text = GENERATE("ftp://camera", "http://", "http://camera:99999/", "http://a b/",
                              "http://camera/\r\nX: y", "http://u%0d%0aX:p@camera/", "http://:80/");
  CAPTURE(text);
  CHECK_THROWS_AS(parse_http_url(text), std::invalid_argument);
}
