#include "net/http/http_answer.hpp"

#include <catch2/catch.hpp>

#include "support/http_responses.hpp"

namespace jpegwire::http_answer_test {
namespace {

using namespace test;
using Catch::Contains;
using Catch::EndsWith;
using Catch::Matches;
using Catch::StartsWith;

HttpResponse response_of(const AnswerHead& head) {
  const std::string text = answer_head(head);
  std::string_view rest = text;
  auto response = take_response(rest, HasBody::no);
  REQUIRE(response);
  CHECK(rest.empty());
  return *response;
}

TEST_CASE("an answer's head begins with its status and ends with an empty line", "[http]") {
  CHECK_THAT(answer_head({.status = 200, .type = "text/plain"}), StartsWith("HTTP/1.1 200 OK\r\n"));
  const std::string head = answer_head({.status = 404, .type = "text/plain"});
  CHECK_THAT(head, StartsWith("HTTP/1.1 404 Not Found\r\n") && EndsWith("\r\n\r\n"));
  CHECK(head.find("\r\n\r\n") == head.size() - 4);
}

TEST_CASE("an answer states its type, its size, and whether the connection persists", "[http]") {
  const HttpResponse kept = response_of({.type = "image/jpeg", .size_bytes = 1234});
  CHECK(kept.field("content-type") == "image/jpeg");
  CHECK(kept.field("content-length") == "1234");
  CHECK(kept.field("connection") == "keep-alive");
  const HttpResponse closed = response_of({.type = "a/b", .size_bytes = 0, .keeps_alive = false});
  CHECK(closed.field("content-length") == "0");
  CHECK(closed.field("connection") == "close");
  CHECK_FALSE(response_of({.type = "a/b"}).fields.contains("content-length"));
}

TEST_CASE("answers must not be stored, sniffed or read by other sites", "[http]") {
  const HttpResponse response = response_of({.type = "text/plain", .size_bytes = 1});
  CHECK(response.field("cache-control") == "no-store");
  CHECK(response.field("x-content-type-options") == "nosniff");
  for (const auto& [name, value] : response.fields)
    CHECK_THAT(name, !StartsWith("Access-Control-", Catch::CaseSensitive::No));
}

TEST_CASE("the date has HTTP's format", "[http]") {
  CHECK_THAT(response_of({.type = "text/plain"}).field("date"),
             Matches(R"((Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d )"
                     R"((Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} )"
                     R"(\d\d:\d\d:\d\d GMT)"));
}

TEST_CASE("further fields are among the others", "[http]") {
  const HttpResponse response =
      response_of({.type = "text/plain", .fields = "Allow: GET, HEAD\r\nX-More: 1\r\n"});
  CHECK(response.field("allow") == "GET, HEAD");
  CHECK(response.field("x-more") == "1");
  CHECK(response.field("connection") == "keep-alive");
}

TEST_CASE("each status in use has its reason phrase", "[http]") {
  CHECK(reason_of(200) == "OK");
  CHECK(reason_of(400) == "Bad Request");
  CHECK(reason_of(404) == "Not Found");
  CHECK(reason_of(405) == "Method Not Allowed");
  CHECK(reason_of(408) == "Request Timeout");
  CHECK(reason_of(413) == "Payload Too Large");
  CHECK(reason_of(421) == "Misdirected Request");
  CHECK(reason_of(431) == "Request Header Fields Too Large");
  CHECK(reason_of(503) == "Service Unavailable");
  CHECK(reason_of(505) == "HTTP Version Not Supported");
}

}  // namespace
}  // namespace jpegwire::http_answer_test
