#include "net/http/http_url.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

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
  CHECK(to_string(parse_http_url("HTTP://camera/Stream")) == "http://camera/Stream");
}

TEST_CASE("invalid HTTP URLs are reported", "[http]") {
  const auto* text = GENERATE("ftp://camera", "http://", "http://camera:99999/", "http://a b/",
                              "http://camera/\r\nX: y", "http://u%0d%0aX:p@camera/", "http://:80/");
  CAPTURE(text);
  CHECK_THROWS_AS(parse_http_url(text), std::invalid_argument);
}

TEST_CASE("an HTTP URL with invisible characters is refused", "[http]") {
  for (const std::string text : {"\x1B[2J", "\xE2\x80\xAE", "\xC2\x9B", "\xFF", "\xE2\x80\x8B"}) {
    CHECK_THROWS_WITH(parse_http_url("http://camera/a" + text),
                      Catch::Contains("not visible") && !Catch::Contains(text));
    CHECK_THROWS_AS(parse_http_url("http://" + text + "camera/"), std::invalid_argument);
  }
  CHECK(parse_http_url("http://camera/caf\xC3\xA9").target == "/caf\xC3\xA9");
}

TEST_CASE("a password that is not encoded is refused, and not shown", "[http]") {
  const auto* text =
      GENERATE("http://me:se#cret@camera/stream", "http://me:se/cret@camera/stream",
               "http://me:se?cret@camera:8080/stream", "http://me:12/secret@camera/stream",
               "http://me:12#secret@192.168.1.5/stream", "http://me:p@12/secret@192.168.1.5/",
               "http://#secret:x@camera/", "http://a.b:80#:secret@camera/",
               "http://me:se cret@camera/", "http://me:secret@:80/", "http://me:secret@camera:x/",
               "http://me:secret@camera:0/", "http://me:secret@a:1:2/", "HTTP://me:se/cret@camera");
  CAPTURE(text);
  std::string error;
  try {
    parse_http_url(text);
  } catch (const std::invalid_argument& refusal) {
    error = refusal.what();
  }
  CHECK_THAT(error, !Catch::Contains("cret") && !Catch::Contains("12"));
  CHECK_FALSE(error.empty());
}

TEST_CASE("the refusal of such a password says how to write it", "[http]") {
  CHECK_THROWS_WITH(parse_http_url("http://me:se#cret@camera/stream"),
                    Catch::Contains("'http://…@camera/stream'") && Catch::Contains("# as %23") &&
                        Catch::Contains("/ as %2F") && Catch::Contains("? as %3F"));
  const HttpUrl url = parse_http_url("http://me:se%23c%2Fr%3Fet@camera/stream");
  CHECK(url.password == "se#c/r?et");
  CHECK(url.endpoint == Endpoint{"camera", 80});
}

TEST_CASE("an @ behind the host belongs to the path or the query", "[http]") {
  CHECK(parse_http_url("http://camera/@live").target == "/@live");
  CHECK(parse_http_url("http://192.168.1.5:8080/live?user=me@home").target == "/live?user=me@home");
  CHECK(parse_http_url("http://camera.lan:8080/a@b").endpoint == Endpoint{"camera.lan", 8080});
  CHECK(parse_http_url("http://[::1]:8080/a@b").endpoint == Endpoint{"::1", 8080});
  CHECK(parse_http_url("http://localhost:8080/a@b").endpoint == Endpoint{"localhost", 8080});
  const HttpUrl url = parse_http_url("http://me:secret@camera.lan/live@2");
  CHECK(url.password == "secret");
  CHECK(url.target == "/live@2");
}

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
