#include "net/http/http_body.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "support/jpegs.hpp"

namespace jpegwire::http_body_test {
namespace {

using namespace test;
using State = HttpBody::State;

struct Result {
  std::string content;
  State state;
};

Result read(HttpBody body, const std::string& text, std::size_t piece) {
  Result result{"", body.state()};
  for (std::size_t at = 0; at < text.size(); at += piece) {
    ByteVector bytes = to_bytes(text.substr(at, piece));
    const std::size_t size = body.decode(bytes);
    result.content.append(reinterpret_cast<const char*>(bytes.data()), size);
  }
  result.state = body.state();
  return result;
}

void check(const HttpBody& body, const std::string& text, const std::string& content, State state) {
  CAPTURE(text);
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
    const Result result = read(body, text, piece);
    CHECK(result.content == content);
    CHECK(result.state == state);
  }
}

void check_chunks(const std::string& text, const std::string& content, State state) {
  check(HttpBody(true, std::nullopt), text, content, state);
}

TEST_CASE("the content of chunks is joined", "[http]") {
  check_chunks("4\r\nbody\r\n", "body", State::open);
  check_chunks("4\r\nbody\r\nA\r\n0123456789\r\n0\r\n\r\n", "body0123456789", State::ended);
  check_chunks("000b\r\nhello world\r\n0\r\n\r\nnot the body's", "hello world", State::ended);
  check_chunks("2\r\nab\r\n2\r\nc", "abc", State::open);
}

TEST_CASE("chunks may have extensions, trailers, blanks and lines that end in LF", "[http]") {
  check_chunks("4;name=value\r\nbody\r\n0\r\nField: value\r\n\r\n", "body", State::ended);
  check_chunks(" 4 \r\nbody\r\n", "body", State::open);
  check_chunks("4\nbody\n0\n\n", "body", State::ended);
}

TEST_CASE("malformed chunks are refused", "[http]") {
  check_chunks("--b\r\n", "", State::malformed);
  check_chunks("\r\n", "", State::malformed);
  check_chunks("4\r\nbodyx\r\n", "body", State::malformed);
  check_chunks("1000000000000000\r\n", "", State::malformed);
  check_chunks("1;" + std::string(9000, 'x'), "", State::malformed);
  check_chunks("0\r\n" + std::string(9000, 'x'), "", State::malformed);
}

TEST_CASE("a body without chunks ends at its length, or with the connection", "[http]") {
  check(HttpBody(false, std::nullopt), "a body", "a body", State::open);
  check(HttpBody(false, 4), "a body", "a bo", State::ended);
  check(HttpBody(false, 6), "a bod", "a bod", State::open);
  check(HttpBody(false, 0), "a body", "", State::ended);
}

}  // namespace
}  // namespace jpegwire::http_body_test
