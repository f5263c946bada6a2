#include "net/http/stream_request.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

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

TEST_CASE("an answer without a JPEG stream is refused with a reason", "[http]") {
  const auto [answer, reason] = GENERATE(table<std::string, std::string>({
      {"HTTP/1.1 404 Not Found\r\n\r\n", "404 Not Found"},
      {"HTTP/1.1 302 Found\r\nLocation: http://other/\r\n\r\n", "has moved to http://other/"},
      {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", "text/html"},
      {"HTTP/1.1 200 OK\r\n\r\n", "an unnamed content type"},
      {"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n"
       "Transfer-Encoding: chunked\r\n\r\n",
       "a chunked stream"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "does not answer with HTTP"},
      {std::string("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", 27), "does not answer with HTTP"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), "does not answer with HTTP"},
  }));
  CAPTURE(answer.substr(0, 60));
  StreamRequest request(parse_http_url("http://camera/"));
  CHECK(feed(request, answer) == Result::refused);
  CHECK_THAT(request.error(), Contains(reason));
}

}  // namespace stream_request_test
