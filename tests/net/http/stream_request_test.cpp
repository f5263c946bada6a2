#include "net/http/stream_request.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "app/text.hpp"

using namespace jpegwire;
using Catch::Contains;
using Result = StreamRequest::Result;

namespace stream_request_test {
namespace {

const std::string kGood =
    "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=x\r\n\r\n";

Result feed(StreamRequest& request, std::string_view answer, std::size_t piece = 1'000'000) {
  Result result = Result::need_more;
  while (!answer.empty() && result == Result::need_more) {
    const std::string_view part = answer.substr(0, piece);
    const std::span<std::byte> space = request.space();
    const std::size_t size = std::min(part.size(), space.size());
    std::ranges::copy(std::as_bytes(std::span(part.data(), size)), space.begin());
    result = request.received(size);
    answer.remove_prefix(size);
  }
  return result;
}

std::string rest_of(const StreamRequest& request) {
  const Bytes rest = request.rest();
  return {reinterpret_cast<const char*>(rest.data()), rest.size()};
}

}  // namespace

TEST_CASE("a stream is requested by HTTP/1.0", "[http]") {
  const StreamRequest request(parse_http_url("http://camera:8080/stream?fps=5"));
  CHECK_THAT(request.text(), Catch::StartsWith("GET /stream?fps=5 HTTP/1.0\r\n") &&
                                 Contains("\r\nHost: camera:8080\r\n") &&
                                 Catch::EndsWith("\r\n\r\n") && !Contains("Authorization"));
}

TEST_CASE("an answer split at any point is read, and the stream after it is kept", "[http]") {
  const std::size_t piece = GENERATE(1, 2, 7, 1000);
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request, kGood, piece) == Result::accepted);
  StreamRequest with_more(parse_http_url("http://camera/"));
  CHECK(feed(with_more, kGood + "--x\r\nContent-") == Result::accepted);
  CHECK(rest_of(with_more) == "--x\r\nContent-");
}

TEST_CASE("a challenge is answered on the next connection, once", "[http]") {
  const std::string challenge =
      "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a\"\r\n\r\n";
  StreamRequest request(parse_http_url("http://me:secret@camera/"));
  CHECK(feed(request, challenge) == Result::ask_again);
  request.begin();
  CHECK_THAT(request.text(), Contains("\r\nAuthorization: Basic bWU6c2VjcmV0\r\n"));
  CHECK(feed(request, challenge) == Result::refused);
  CHECK_THAT(request.error(), Contains("does not accept"));

  StreamRequest nobody(parse_http_url("http://camera/"));
  CHECK(feed(nobody, challenge) == Result::refused);
  CHECK_THAT(nobody.error(), Contains("USER:PASSWORD"));
}

TEST_CASE("a nonce that has expired is answered again, but not for ever", "[http]") {
  const std::string stale =
      "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\", "
      "stale=TRUE\r\n\r\n";
  StreamRequest request(parse_http_url("http://me:secret@camera/"));
  int answers = 0;
  while (feed(request, stale) == Result::ask_again && answers < 10) {
    request.begin();
    ++answers;
  }
  CHECK(answers == 3);
}

std::string digest(const std::string& nonce) {
  return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"a\", qop=\"auth\", "
         "nonce=\"" +
         nonce + "\"\r\n\r\n";
}

/// Begins a request of the same URL, on a new connection.
void repeat(StreamRequest& request) {
  request.repeat();
  request.begin();
}

TEST_CASE("the requests of single pictures count the nonce up", "[http]") {
  StreamRequest request(parse_http_url("http://me:secret@camera/"));
  request.begin();
  CHECK_THAT(request.text(), !Contains("Authorization"));
  REQUIRE(feed(request, digest("n")) == Result::ask_again);
  request.begin();
  CHECK_THAT(request.text(), Contains("nonce=\"n\"") && Contains("nc=00000001"));
  REQUIRE(feed(request, kGood) == Result::accepted);
  repeat(request);
  CHECK_THAT(request.text(), Contains("nonce=\"n\"") && Contains("nc=00000002"));
}

TEST_CASE("a nonce that was accepted before may be replaced at any time", "[http]") {
  StreamRequest request(parse_http_url("http://me:secret@camera/"));
  for (int picture = 0; picture < 12; ++picture) {
    const std::string nonce = "n" + std::to_string(picture);
    repeat(request);
    REQUIRE(feed(request, digest(nonce)) == Result::ask_again);
    request.begin();
    CHECK_THAT(request.text(), Contains("nonce=\"" + nonce + "\"") && Contains("nc=00000001"));
    REQUIRE(feed(request, kGood) == Result::accepted);
  }
  repeat(request);
  REQUIRE(feed(request, digest("x")) == Result::ask_again);
  request.begin();
  CHECK(feed(request, digest("y")) == Result::refused);
}

TEST_CASE("the number of a nonce that comes again is not used twice", "[http]") {
  StreamRequest request(parse_http_url("http://me:secret@camera/"));
  for (const std::string count : {"1", "3", "5"}) {
    repeat(request);
    REQUIRE(feed(request, digest("n")) == Result::ask_again);
    request.begin();
    CHECK_THAT(request.text(), Contains("nc=0000000" + count));
    REQUIRE(feed(request, kGood) == Result::accepted);
  }
}

TEST_CASE("stale nonces are counted for each answer", "[http]") {
  std::string stale = digest("n");
  stale.insert(stale.find("\r\n\r\n"), ", stale=true");
  StreamRequest request(parse_http_url("http://me:secret@camera/"));
  for (int picture = 0; picture < 12; ++picture) {
    repeat(request);
    REQUIRE(feed(request, stale) == Result::ask_again);
    request.begin();
    REQUIRE(feed(request, kGood) == Result::accepted);
  }
}

TEST_CASE("the request of each picture begins at the user's URL, and may be redirected", "[http]") {
  StreamRequest request(parse_http_url("http://me:secret@camera/snapshot"));
  for (int picture = 0; picture < 12; ++picture) {
    repeat(request);
    CHECK_THAT(request.text(), Contains("GET /snapshot "));
    const std::string target = "/once/" + std::to_string(picture);
    REQUIRE(feed(request, "HTTP/1.1 302 Found\r\nLocation: " + target + "\r\n\r\n") ==
            Result::ask_again);
    request.begin();
    CHECK_THAT(request.text(), Contains("GET " + target + " "));
    REQUIRE(feed(request, kGood) == Result::accepted);
  }
}

TEST_CASE("after a redirect the same server is answered, and another is not", "[http]") {
  const auto [location, is_answered] =
      GENERATE(table<std::string, bool>({{"/other", true}, {"http://camera:9090/other", false}}));
  StreamRequest request(parse_http_url("http://me:secret@camera/"));
  request.begin();
  REQUIRE(feed(request, digest("n")) == Result::ask_again);
  request.begin();
  REQUIRE(feed(request, "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\n\r\n") ==
          Result::ask_again);
  request.begin();
  CHECK((request.text().find("Authorization") != std::string::npos) == is_answered);
}

TEST_CASE("interim answers are skipped", "[http]") {
  const std::size_t piece = GENERATE(1, 7, 1000);
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request,
             "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + kGood +
                 "--x",
             piece) == Result::accepted);
  CHECK(std::string_view("--x").starts_with(rest_of(request)));
  CHECK(request.content_type() == "multipart/x-mixed-replace;boundary=x");

  StreamRequest endless(parse_http_url("http://camera/"));
  std::string interim;
  for (int i = 0; i < 2000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(feed(endless, interim, piece) == Result::refused);
}

TEST_CASE("a redirect on the same host is followed", "[http]") {
  const auto [location, target] = GENERATE(table<std::string, std::string>({
      {"/other?a=b", "http://camera:8080/other?a=b"},
      {"other", "http://camera:8080/dir/other"},
      {"../other?a=/../b", "http://camera:8080/other?a=/../b"},
      {"../../../other", "http://camera:8080/other"},
      {"./a/./b/../c/.", "http://camera:8080/dir/a/c/"},
      {"/a/..", "http://camera:8080/"},
      {"http://camera:8080/a/../b", "http://camera:8080/b"},
      {"/.a/..b/c...", "http://camera:8080/.a/..b/c..."},
      {"?a=b", "http://camera:8080/dir/stream?a=b"},
      {"#part", "http://camera:8080/dir/stream?c=d"},
      {"http://CAMERA:8080/x#part", "http://CAMERA:8080/x"},
      {"//camera:8080/x", "http://camera:8080/x"},
      {"http://camera:9090/x", "http://camera:9090/x"},
  }));
  CAPTURE(location);
  StreamRequest request(parse_http_url("http://me:secret@camera:8080/dir/stream?c=d"));
  CHECK(feed(request, "HTTP/1.1 307 Moved\r\nLocation: " + location + "\r\n\r\n") ==
        Result::ask_again);
  CHECK(to_string(request.url()) == target);
  CHECK(request.url().user == (request.url().endpoint.port == 8080 ? "me" : ""));
}

TEST_CASE("redirects are followed a few times", "[http]") {
  StreamRequest request(parse_http_url("http://camera/"));
  int redirects = 0;
  const std::string answer = "HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n";
  for (; feed(request, answer) == Result::ask_again && redirects < 20; ++redirects) request.begin();
  CHECK(redirects == 5);
  CHECK_THAT(request.error(), Contains("redirects more than 5 times"));
}

TEST_CASE("the link of a page to a stream is followed", "[http]") {
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request,
             "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nLink: </stream>; rel=\"alternate\"; "
             "type=\"multipart/x-mixed-replace\"\r\n\r\n<html>") == Result::ask_again);
  CHECK(request.url().target == "/stream");
}

TEST_CASE("a stream whose header links to itself is received", "[http]") {
  const std::string type =
      GENERATE("multipart/x-mixed-replace;boundary=x", "Multipart/Mixed", "image/jpeg");
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request, "HTTP/1.1 200 OK\r\nContent-Type: " + type +
                          "\r\nLink: </>; type=\"multipart/x-mixed-replace\"\r\n\r\n") ==
        Result::accepted);
}

TEST_CASE("any type of content is accepted, in chunks or not", "[http]") {
  const std::string type = GENERATE("", "Content-Type: text/html\r\n", "Content-Type: x/y\r\n");
  const std::string coding = GENERATE("", "Transfer-Encoding: chunked\r\n");
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request, "HTTP/1.1 200 OK\r\n" + type + coding + "\r\n") == Result::accepted);
}

TEST_CASE("any status of success is accepted if it has content", "[http]") {
  const std::string status = GENERATE("200 OK", "201 Created", "206 Partial Content");
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request, "HTTP/1.1 " + status + "\r\n\r\n") == Result::accepted);
}

TEST_CASE("the text of a refusal is read up to its end, in chunks or not", "[http]") {
  const std::string head = "HTTP/1.1 421 Misdirected Request\r\nContent-Type: text/plain\r\n";
  const std::string answer = GENERATE_COPY(
      head +
          "Content-Length: 9\r\n\r\nuse\nNAME\x07"
          "and more",
      head + "Transfer-Encoding: chunked\r\n\r\n5\r\nuse\nN\r\n4\r\nAME\x1B\r\n0\r\n\r\n");
  const std::size_t piece = GENERATE(1, 5, 1000);
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request, answer, piece) == Result::refused);
  CHECK(request.error() == "answers with status 421 Misdirected Request: use NAME");
}

TEST_CASE("a refusal whose text has not ended has an error already", "[http]") {
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request, "HTTP/1.1 404 Not Found\r\n\r\nno such") == Result::need_more);
  CHECK(request.is_refusing());
  CHECK(request.error() == "answers with status 404 Not Found: no such");
}

TEST_CASE("an error names no binary bytes", "[http]") {
  const std::string head = "HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\n";
  const std::string answer = GENERATE_COPY(
      head + "Content-Length: 11\r\n\r\n" + std::string("\xFF\xD8\xFF\xE0\0\x10JFIF\0", 11),
      head + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1F\x8B" + "ab");
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request, answer) == Result::refused);
  CHECK(request.error() == "answers with status 503 Busy");
}

TEST_CASE("no word of a server reaches a message harmful or long", "[http]") {
  const std::string harmful = GENERATE(std::string("\x1B]0;x\x07"),
                                       std::string("\xC2\x9B"
                                                   "2J"),
                                       std::string("\xE2\x80\xAE"
                                                   "txt"),
                                       std::string("\xE2\x81\xA6\xE2\x80\x8F"),
                                       std::string("\xFF\xE2\x80"), std::string(9000, 'x'));
  const std::string head = GENERATE(
      "HTTP/1.1 302 Found\r\nLocation: https://a/", "HTTP/1.1 302 Found\r\nLocation: rtsp://a/",
      "HTTP/1.1 302 Found\r\nLocation: http://a.", "HTTP/1.1 503 Busy ", "HTTP/2 ", "HTTP/1.1 x",
      "HTTP/1.1 200 OK\r\nContent-Encoding: x",
      "HTTP/1.1 200 OK\r\nLink: <http://a/>; rel=alternate; x=",
      "HTTP/1.1 404 No\r\nContent-Type: text/plain\r\n\r\n",
      "HTTP/1.1 404 No\r\nContent-Type: text/html\r\n\r\n<p>");
  CAPTURE(head, harmful.substr(0, 20));
  StreamRequest request(parse_http_url("http://camera/"));
  feed(request, head + harmful + "\r\n\r\n");
  CHECK(is_plain_text(request.error()));
  CHECK(request.error().size() < 800);
}

TEST_CASE("what is not HTTP is recognized", "[http]") {
  const std::string answer =
      GENERATE(std::string("SSH-2.0-OpenSSH_9.2\r\n"), std::string("\0\0\x40\0\xFF\xD8", 6),
               std::string(" HTTP/1.1 200 OK\r\n\r\n"), std::string("--x\r\n\r\n\xFF\xD8\xFF"));
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request, answer, GENERATE(1, 1000)) == Result::not_http);
  CHECK(request.rest().size() == request.received_bytes().size());
}

TEST_CASE("an answer that cannot be used is refused with a reason", "[http]") {
  const auto [answer, reason] = GENERATE(table<std::string, std::string>({
      {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404 Not Found"},
      {"HTTP/1.1 302 Found\r\nLocation: http://other/\r\n\r\n",
       "has moved to another host; watch http://other/ instead"},
      {"HTTP/1.1 302 Found\r\nLocation: https://camera/\r\n\r\n",
       "has moved to https://camera/, and TLS is not supported"},
      {"HTTP/1.1 302 Found\r\nLocation: HTTPS://other/\r\n\r\n", "TLS is not supported"},
      {"HTTP/1.1 302 Found\r\nLocation: rtsp://camera/\r\n\r\n",
       "has moved to rtsp://camera/, which is not a URL of HTTP"},
      {"HTTP/2 200\r\nContent-Type: image/jpeg\r\n\r\n", "answers with HTTP/2, and only HTTP/1.0"},
      {"HTTP/1.1 200 OK\r\nContent-Encoding: GZIP\r\n\r\n\x1F\x8B",
       "answers with Content-Encoding GZIP, and compressed streams are not supported"},
      {"HTTP/1.1 101 Switching Protocols\r\nContent-Length: 0\r\n\r\n", "status 101"},
      {"HTTP/1.1 302 Found\r\nLocation: /a b\r\n\r\n", "which is not a URL of HTTP"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), "cannot be read"},
      {"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", "status 204"},
      {"\r\nHTTP/1.1 OK\x1B\r\n\r\n",
       "answers with an HTTP head that cannot be read: 'HTTP/1.1 OK'"},
  }));
  CAPTURE(answer.substr(0, 60));
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request, answer) == Result::refused);
  CHECK_THAT(request.error(), Contains(reason));
}

}  // namespace stream_request_test
