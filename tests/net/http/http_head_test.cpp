#include "net/http/http_head.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace jpegwire::http_head_test {
namespace {

using namespace std::string_literals;
using State = HttpHead::State;

HttpRequestHead parse_request(std::string_view text, std::size_t max_bytes = 8192) {
  return parse_request_head(std::as_bytes(std::span(text)), max_bytes);
}

HttpResponseHead parse_response(std::string_view text, std::size_t max_bytes = 8192) {
  return parse_response_head(std::as_bytes(std::span(text)), max_bytes);
}

TEST_CASE("a request's head is parsed as it was sent", "[http]") {
  const std::string text =
      "POST /files/a%20b?x#y HTTP/1.1\r\nHost: camera:80\r\nRange: bytes=0-99\r\n"
      "if-range: \"abc\"\r\nContent-Length: 3\r\n\r\n";
  const HttpRequestHead head = parse_request(text + "abc");
  REQUIRE(head.state == State::complete);
  CHECK(head.size_bytes == text.size());
  CHECK(head.method == "POST");
  CHECK(head.target == "/files/a%20b?x#y");
  CHECK_FALSE(head.is_http_1_0);
  CHECK(head.keeps_alive);
  CHECK(head.content_length == 3U);
  CHECK(head.fields["Range"] == "bytes=0-99");
  CHECK(head.fields["If-Range"] == "\"abc\"");
  CHECK(head.fields["Accept"].empty());
}

TEST_CASE("a response's head is parsed", "[http]") {
  const std::string text =
      "HTTP/1.1 206 Partial Content\r\nETag: \"a\"\r\nContent-Range: bytes 0-9/100\r\n"
      "Content-Length: 10\r\nConnection: close\r\n\r\n";
  const HttpResponseHead head = parse_response(text + "0123456789");
  REQUIRE(head.state == State::complete);
  CHECK(head.size_bytes == text.size());
  CHECK(head.status == 206);
  CHECK(head.reason == "Partial Content");
  CHECK(head.content_length == 10U);
  CHECK_FALSE(head.is_chunked);
  CHECK(head.fields["Content-Range"] == "bytes 0-9/100");
}

TEST_CASE("fields are found without regard to case, in the order received", "[http]") {
  const HttpResponseHead head = parse_response(
      "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest a=b\r\nX: y\r\n"
      "www-authenticate: Basic\r\n\r\n");
  CHECK(head.fields.all("Www-Authenticate") == std::vector<std::string>{"Digest a=b", "Basic"});
  CHECK(head.fields["WWW-AUTHENTICATE"] == "Digest a=b");
  CHECK(head.fields.count("www-authenticate") == 2);
  CHECK(head.fields.contains("x"));
  CHECK_FALSE(head.fields.contains("WWW"));
}

TEST_CASE("field values have no white space around them, and folded lines are joined", "[http]") {
  CHECK(parse_response("HTTP/1.1 200 OK\r\nX: \t a b \t\r\n\r\n").fields["X"] == "a b");
  CHECK(parse_response("HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nY: c\r\n\r\n").fields["X"] == "a b");
  CHECK(parse_response("HTTP/1.1 200 OK\r\nX:\r\n\r\n").fields.contains("X"));
}

TEST_CASE("responses of small cameras are accepted", "[http]") {
  const auto [text, status] = GENERATE(table<std::string, int>({
      {"HTTP/1.0 200 OK\r\nServer: x\r\n\r\n", 200},
      {"HTTP/1.1 200\r\nServer: x\r\n\r\n", 200},
      {"HTTP/1.0 404\n\n", 404},
      {"HTTP/1.1 200 OK\nServer: x\n\n", 200},
      {"HTTP/1.1 200 OK\nServer: x\r\n\n", 200},
      {"HTTP/1.1 200 OK\r\nServer: x\n\r\n", 200},
      {"\r\n\nHTTP/1.1 200 OK\r\n\r\n", 200},
      {"ICY 200 OK\r\nServer: x\r\n\r\n", 200},
      {"http/1.1 200 ok\r\nServer: x\r\n\r\n", 200},
      {"HTTP/1.1  200\tOK\r\nServer: x\r\n\r\n", 200},
      {"HTTP/1.0 200 \r\nServer: x\r\n\r\n", 200},
      {"HTTP/1.1 200 O\x01K\r\nX: a\x02z\r\n\r\n", 200},
      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", 200},
      {"HTTP/1.1 200 OK\r\nX : y\r\n(: z\r\n\r\n", 200},
  }));
  CAPTURE(text);
  const HttpResponseHead head = parse_response(text + "\n\n--b");
  REQUIRE(head.state == State::complete);
  CHECK(head.status == status);
  CHECK(head.size_bytes == text.size());
}

TEST_CASE("text that is not a response is malformed", "[http]") {
  const std::string text =
      GENERATE("SSH-2.0-OpenSSH_9.2\r\n"s, "ht-"s, "IC-"s, "ICYX"s, "HTTP/1.1\r\n\r\n"s,
               "HTTP/1.1 OK\r\n\r\n"s, "HTTP/1.1 20 OK\r\n\r\n"s, "HTTP/1.1 2000 OK\r\n\r\n"s);
  CAPTURE(text);
  CHECK(parse_response(text).state == State::malformed);
}

TEST_CASE("a response of another version is recognized", "[http]") {
  const std::string text =
      GENERATE("HTTP/2.0 200 OK\r\n\r\n"s, "HTTP/2 200\r\nX: y\r\n\r\n"s, "HTTP/3\n\n"s);
  CAPTURE(text);
  CHECK(parse_response(text).state == State::unsupported_version);
}

TEST_CASE("a response's Content-Length counts if it is a number and there are no chunks",
          "[http]") {
  const auto length_of = [](const std::string& fields) {
    const HttpResponseHead head = parse_response("HTTP/1.1 200 OK\r\n" + fields + "\r\n");
    CHECK(head.state == State::complete);
    return head.content_length;
  };
  CHECK(length_of("Content-Length: 5\r\n") == 5U);
  CHECK(length_of("Content-Length: 1\r\nContent-Length: 2\r\n") == 1U);
  CHECK(length_of("Content-Length: -1\r\nContent-Length: 2\r\n") == 2U);
  CHECK_FALSE(length_of("Content-Length: \r\n"));
  CHECK_FALSE(length_of("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"));
}

TEST_CASE("chunked responses are recognized", "[http]") {
  CHECK(parse_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_chunked);
}

TEST_CASE("heads are bounded", "[http]") {
  const std::string request = "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n";
  CHECK(parse_request(request).state == State::too_large);
  CHECK(parse_request(request.substr(0, 8191)).state == State::need_more);
  CHECK(parse_request(request.substr(0, 8192)).state == State::too_large);
  CHECK(parse_request(request, 1'000'000).state != State::complete);
  const std::string response = "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n";
  CHECK(parse_response(response).state == State::too_large);
  CHECK(parse_response(response, 1'000'000).state != State::complete);
}

}  // namespace
}  // namespace jpegwire::http_head_test
