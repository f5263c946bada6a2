#include "net/http/http_request.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace jpegwire::http_request_test {
namespace {

using namespace std::string_literals;

/// The requests that a reader finds in a byte stream, and its final status.
struct Reading {
  std::vector<HttpRequest> requests;
  int status = 0;  // 0: nothing was refused
  bool is_inside_head = false;
};

Reading read_in_pieces(std::string_view bytes, std::size_t piece, std::size_t limit) {
  HttpRequestReader reader(limit);
  Reading reading;
  while (!bytes.empty() && reading.status == 0) {
    const std::span<std::byte> space = reader.space();
    REQUIRE_FALSE(space.empty());
    const std::size_t size = std::min({space.size(), piece, bytes.size()});
    std::ranges::copy(std::as_bytes(std::span(bytes.data(), size)), space.begin());
    bytes.remove_prefix(size);
    reader.received(size);
    auto result = reader.next();
    for (; result == HttpRequestReader::Result::request; result = reader.next())
      reading.requests.push_back(reader.request());
    if (result == HttpRequestReader::Result::refused) reading.status = reader.status();
  }
  reading.is_inside_head = reader.is_inside_head();
  return reading;
}

/// All splits of the bytes must give the same result.
Reading read(const std::string& bytes, std::size_t limit = 8192) {
  const Reading at_once = read_in_pieces(bytes, bytes.size(), limit);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    CAPTURE(bytes, piece);
    const Reading in_pieces = read_in_pieces(bytes, piece, limit);
    CHECK(in_pieces.status == at_once.status);
    CHECK(in_pieces.is_inside_head == at_once.is_inside_head);
    REQUIRE(in_pieces.requests.size() == at_once.requests.size());
    for (std::size_t i = 0; i < at_once.requests.size(); ++i) {
      CHECK(in_pieces.requests[i].path == at_once.requests[i].path);
      CHECK(in_pieces.requests[i].host == at_once.requests[i].host);
    }
  }
  return at_once;
}

HttpRequest only_request_of(const std::string& bytes) {
  CAPTURE(bytes);
  const Reading reading = read(bytes);
  CHECK(reading.status == 0);
  CHECK_FALSE(reading.is_inside_head);
  REQUIRE(reading.requests.size() == 1);
  return reading.requests[0];
}

int refusal_of(const std::string& bytes, std::size_t limit = 8192) {
  const Reading reading = read(bytes, limit);
  CHECK(reading.requests.empty());
  return reading.status;
}

std::string get(const std::string& target, const std::string& fields = "Host: camera\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

std::string host_of(const std::string& value) {
  return only_request_of(get("/", "Host: " + value + "\r\n")).host;
}

TEST_CASE("a request has its method, path, query and host", "[http]") {
  const HttpRequest request = only_request_of(get("/stream?fps=5&x"));
  CHECK_FALSE(request.is_head);
  CHECK(request.path == "/stream");
  CHECK(request.query == "fps=5&x");
  CHECK(request.host == "camera");
  CHECK(request.keeps_alive);
  CHECK(only_request_of("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").is_head);
}

TEST_CASE("a request that arrives line by line is read", "[http]") {
  HttpRequestReader reader(8192);
  for (const std::string line : {"GET /a HTTP/1.1\r\n", "Host: camera\r\n", "\r\n"}) {
    CHECK(reader.next() == HttpRequestReader::Result::need_more);
    std::ranges::copy(std::as_bytes(std::span(line)), reader.space().begin());
    reader.received(line.size());
  }
  CHECK(reader.next() == HttpRequestReader::Result::request);
  CHECK(reader.request().path == "/a");
}

TEST_CASE("HTTP/1.1 keeps the connection open by default, HTTP/1.0 does not", "[http]") {
  const auto keeps = [](const std::string& version, const std::string& connection) {
    return only_request_of("GET / HTTP/" + version + "\r\nHost: a\r\n" + connection + "\r\n")
        .keeps_alive;
  };
  CHECK(keeps("1.1", ""));
  CHECK(keeps("1.1", "Connection: keep-alive\r\n"));
  CHECK(keeps("1.1", "Connection: something\r\n"));
  CHECK_FALSE(keeps("1.1", "Connection: close\r\n"));
  CHECK_FALSE(keeps("1.1", "connection: something, CLOSE\r\n"));
  CHECK_FALSE(keeps("1.0", ""));
  CHECK_FALSE(keeps("1.0", "Connection: close\r\n"));
  CHECK(keeps("1.0", "Connection: Keep-Alive\r\n"));
}

TEST_CASE("a host is stored without its port and brackets", "[http]") {
  CHECK(host_of("camera") == "camera");
  CHECK(host_of("camera:8080") == "camera");
  CHECK(host_of("camera:") == "camera");
  CHECK(host_of("127.0.0.1:80") == "127.0.0.1");
  CHECK(host_of("[::1]") == "::1");
  CHECK(host_of("[::1]:8080") == "::1");
  CHECK(host_of("[fe80::1%25eth0]:8080") == "fe80::1%25eth0");
  CHECK(host_of("  camera \t") == "camera");
}

TEST_CASE("an invalid host is refused", "[http]") {
  const std::string value = GENERATE(as<std::string>{}, "", ":80", "[]", "[]:80", "[::1", "::1",
                                     "camera:http", "camera:80:80", "[::1]:x", "camera:-1");
  CHECK(refusal_of(get("/", "Host: " + value + "\r\n")) == 400);
}

TEST_CASE("HTTP/1.1 requires one host, HTTP/1.0 none", "[http]") {
  CHECK(refusal_of(get("/", "")) == 400);
  CHECK(refusal_of(get("/", "Host: a\r\nHost: a\r\n")) == 400);
  CHECK(refusal_of(get("/", "Host: a\r\nX: y\r\nhost: b\r\n")) == 400);
  CHECK(refusal_of("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
  CHECK(only_request_of("GET / HTTP/1.0\r\n\r\n").host.empty());
  CHECK(only_request_of("GET / HTTP/1.0\r\nHost: a:1\r\n\r\n").host == "a");
}

TEST_CASE("a whole URL is a valid target, and its host is used", "[http]") {
  const HttpRequest request = only_request_of(get("http://other:8080/stream?x=1"));
  CHECK(request.path == "/stream");
  CHECK(request.query == "x=1");
  CHECK(request.host == "other");
  CHECK(only_request_of(get("http://[::1]:80/a")).host == "::1");
  CHECK(only_request_of(get("http://other")).path == "/");
  CHECK(refusal_of(get("http:///a")) == 400);
  CHECK(refusal_of(get("http://other:x/a")) == 400);
  CHECK(refusal_of(get("https://other/a")) == 400);
}

TEST_CASE("targets that are neither paths nor URLs are refused", "[http]") {
  const std::string target = GENERATE(as<std::string>{}, "*", "stream", "camera:80", "?a=b", "..");
  CHECK(refusal_of(get(target)) == 400);
}

TEST_CASE("dots and percent signs are part of a path", "[http]") {
  const std::string path =
      GENERATE(as<std::string>{}, "/../../etc/passwd", "/./", "//", "/%2e%2e/%2e%2e/etc/passwd",
               "/%00", "/%", "/%zz", "/a%2Fb", "/~!$&'()*+,;=:@-._", "/\\..\\..");
  CHECK(only_request_of(get(path)).path == path);
}

TEST_CASE("a query begins at the first question mark, and a fragment is dropped", "[http]") {
  const HttpRequest request = only_request_of(get("/a?b?c=d#e?f"));
  CHECK(request.path == "/a");
  CHECK(request.query == "b?c=d");
  CHECK(only_request_of(get("/a?")).query.empty());
  CHECK(only_request_of(get("/a#b")).path == "/a");
}

TEST_CASE("a query parameter is matched as a whole", "[http]") {
  CHECK(has_parameter("action=stream", "action", "stream"));
  CHECK(has_parameter("a=1&action=stream&b=2", "action", "stream"));
  CHECK(has_parameter("action=x&action=stream", "action", "stream"));
  CHECK(has_parameter("&&action=stream&", "action", "stream"));
  CHECK(has_parameter("action=stream?nonce=7", "action", "stream"));
  CHECK(has_parameter("nonce=7?action=stream", "action", "stream"));
  for (const std::string query : {"", "action", "action=", "action=streams", "action=strea",
                                  "xaction=stream", "action=stream=", "stream=action", "&", "="}) {
    CAPTURE(query);
    CHECK_FALSE(has_parameter(query, "action", "stream"));
  }
}

TEST_CASE("pipelined requests are read one by one", "[http]") {
  const Reading reading = read(get("/a") + get("/b?c") + "HEAD /d HTTP/1.0\r\n\r\n");
  CHECK(reading.status == 0);
  REQUIRE(reading.requests.size() == 3);
  CHECK(reading.requests[0].path == "/a");
  CHECK(reading.requests[1].path == "/b");
  CHECK(reading.requests[1].query == "c");
  CHECK(reading.requests[2].path == "/d");
  CHECK(reading.requests[2].is_head);
  CHECK(reading.requests[2].host.empty());
}

TEST_CASE("the limit of a head applies to each of several pipelined requests", "[http]") {
  std::string stream;
  for (int i = 0; i < 100; ++i) stream += get("/" + std::to_string(i) + std::string(150, 'x'));
  const Reading reading = read(stream, 256);
  CHECK(reading.status == 0);
  CHECK(reading.requests.size() == 100);
}

TEST_CASE("a valid request is answered before the invalid one after it is refused", "[http]") {
  const std::string bad = GENERATE("GET / HTTP/1.1\nHost: a\n\n"s, "\0\0\0\0\r\n\r\n"s,
                                   "POST / HTTP/1.1\r\nHost: a\r\n\r\n"s);
  const Reading reading = read(get("/a") + bad);
  CHECK(reading.requests.size() == 1);
  CHECK(reading.status >= 400);
}

TEST_CASE("empty lines before a request are ignored", "[http]") {
  CHECK(only_request_of("\r\n" + get("/a")).path == "/a");
  CHECK(read(get("/a") + "\r\n\r\n\r\n" + get("/b")).requests.size() == 2);
  CHECK_FALSE(read("\r\n\r\n").is_inside_head);
}

TEST_CASE("too many empty lines are refused", "[http]") {
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += "\r\n";
  CHECK(read_in_pieces(lines, 1, 8192).status == 400);
  CHECK(read_in_pieces(lines, 8192, 8192).status == 400);
}

TEST_CASE("a partial head is distinguished from no head", "[http]") {
  CHECK_FALSE(HttpRequestReader(256).is_inside_head());
  CHECK_FALSE(read(get("/a")).is_inside_head);
  CHECK(read("GET").is_inside_head);
  CHECK(read(get("/a") + "GET / HTTP/1.1\r\nHost: a\r\n").is_inside_head);
}

TEST_CASE("a head may be as long as the limit", "[http]") {
  const auto head_of = [](std::size_t size) {
    const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    return begin + std::string(size - begin.size() - 4, 'x') + "\r\n\r\n";
  };
  const std::size_t limit = GENERATE(256U, 1000U, 8192U);
  CHECK(read(head_of(limit), limit).requests.size() == 1);
  CHECK(refusal_of(head_of(limit + 1), limit) == 431);
}

TEST_CASE("an endless head is refused at the limit, in any of its parts", "[http][no_tsan]") {
  const std::string many(20'000, 'x');
  CHECK(refusal_of(many) == 431);
  CHECK(refusal_of("GET /" + many) == 431);
  CHECK(refusal_of("GET / HTTP/1.1\r\n" + many) == 431);
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nCookie: " + many) == 431);
  std::string fields;
  for (int i = 0; i < 1000; ++i) fields += "X-" + std::to_string(i) + ": y\r\n";
  CHECK(refusal_of(get("/", "Host: a\r\n" + fields)) == 431);
}

TEST_CASE("lines that end in LF alone are refused", "[http]") {
  CHECK(refusal_of("GET / HTTP/1.1\nHost: a\n\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\n\r\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\n\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n") == 400);
  CHECK(refusal_of("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("NUL and other control characters are refused", "[http]") {
  CHECK(refusal_of("\0"s + get("/")) == 400);
  CHECK(refusal_of(get("/\0a"s)) == 400);
  CHECK(refusal_of("G\0T / HTTP/1.1\r\nHost: a\r\n\r\n"s) == 400);
  CHECK(refusal_of(get("/", "Host: a\r\nX: \0\r\n"s)) == 400);
  CHECK(refusal_of(get("/", "Host: a\0b\r\n"s)) == 400);
  CHECK(refusal_of(get("/", "Ho\0st: a\r\n"s)) == 400);
  CHECK(refusal_of(get("/\x7f")) == 400);
  CHECK(refusal_of(get("/", "Host: a\r\nX: \x01\r\n")) == 400);
  CHECK(refusal_of(std::string(100, '\0')) == 400);
}

TEST_CASE("invalid fields are refused", "[http]") {
  const std::string field = GENERATE(as<std::string>{}, "no colon", ": nothing", "Host : a",
                                     " Host: a", "Ho st: a", "a\rb: c");
  CHECK(refusal_of(get("/", field + "\r\nHost: a\r\n")) == 400);
}

TEST_CASE("other methods are refused", "[http]") {
  const std::string method = GENERATE(as<std::string>{}, "POST", "PUT", "DELETE", "OPTIONS",
                                      "TRACE", "get", "GETGET", "!#$%&'*+-.^_`|~", "BREW");
  CHECK(refusal_of(method + " / HTTP/1.1\r\nHost: a\r\n\r\n") == 405);
}

TEST_CASE("a request without a method is refused", "[http]") {
  CHECK(refusal_of(" / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(refusal_of("(GET) / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(refusal_of("GET  / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(refusal_of("GET\r\n\r\n") == 400);
  CHECK(refusal_of("\x16\x03\x01\x02\x01\x03\x03 and so on\r\n\r\n") == 400);
  CHECK(refusal_of(std::string(100, '\xFF')) == 400);
}

TEST_CASE("other versions are refused", "[http]") {
  const std::string version =
      GENERATE(as<std::string>{}, "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/9.9", "HTTP/0.0");
  CHECK(refusal_of("GET / " + version + "\r\nHost: a\r\n\r\n") == 505);
  CHECK(refusal_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
}

TEST_CASE("an invalid version is refused", "[http]") {
  const std::string version = GENERATE(as<std::string>{}, "", " ", "HTTP", "HTTP/1.1.1", "HTTP/x.y",
                                       "http/1.1", "RTSP/1.0", "HTTP/11", "HTTP/1.1 more");
  const int status = refusal_of("GET / " + version + "\r\nHost: a\r\n\r\n");
  CHECK((status == 400 || status == 505));
}

TEST_CASE("a request with a body is refused, however the body is announced", "[http]") {
  const std::string fields =
      GENERATE(as<std::string>{}, "Content-Length: 1\r\n", "Content-Length: 999999999999\r\n",
               "Content-Length: 18446744073709551615\r\n", "Transfer-Encoding: chunked\r\n",
               "Transfer-Encoding: identity\r\n", "Transfer-Encoding: gzip, chunked\r\n",
               "transfer-encoding: x\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n");
  CHECK(refusal_of(get("/", "Host: a\r\n" + fields)) == 413);
  CHECK(refusal_of("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n") == 413);
}

TEST_CASE("a request with an empty body is accepted", "[http]") {
  CHECK(only_request_of(get("/a", "Host: a\r\nContent-Length: 0\r\n")).path == "/a");
}

TEST_CASE("an ambiguous body length is refused", "[http]") {
  const std::string fields = GENERATE(
      as<std::string>{}, "Content-Length: -1\r\n", "Content-Length: +1\r\n",
      "Content-Length: 0x10\r\n", "Content-Length: \r\n",
      "Content-Length: 99999999999999999999\r\n", "Content-Length: 0\r\nContent-Length: 5\r\n",
      "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n");
  CHECK(refusal_of(get("/", "Host: a\r\n" + fields)) == 400);
}

}  // namespace
}  // namespace jpegwire::http_request_test
