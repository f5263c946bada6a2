#include "net/web/http_server.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "app/host_name.hpp"
#include "support/http_stage.hpp"

namespace jpegwire::http_server_test {
namespace {

using namespace test;
using namespace std::string_literals;
using Catch::Contains;
using Catch::StartsWith;

TEST_CASE("a text is served with its type and length", "[http]") {
  HttpStage stage;
  const HttpResponse response = stage.response_to(get("/"));
  CHECK(response.status == 200);
  CHECK(response.field("content-type") == "text/plain");
  CHECK(response.field("content-length") == "8");
  CHECK(response.field("cache-control") == "no-store");
  CHECK(response.body == "the page");
  CHECK(stage.viewer_count.max() == 0);
}

TEST_CASE("a text is generated for each request, with its own fields", "[http]") {
  HttpStage stage;
  stage.server.serve_text("/count", {.type = "a/b",
                                     .text = [i = 0]() mutable { return std::to_string(++i); },
                                     .fields = "X-More: yes\r\n"});
  CHECK(stage.response_to(get("/count")).body == "1");
  const HttpResponse response = stage.response_to(get("/count?x=y"));
  CHECK(response.body == "2");
  CHECK(response.field("x-more") == "yes");
  CHECK(response.field("content-type") == "a/b");
}

TEST_CASE("one connection serves several requests", "[http]") {
  HttpStage stage;
  HttpClient& client = stage.add_client(get("/"));
  for (int i = 0; i < 3; ++i) {
    const HttpResponse response = stage.response_to(client);
    CHECK(response.status == 200);
    CHECK(response.field("connection") == "keep-alive");
    client.send(get(i == 1 ? "/nothing" : "/"));
    if (i == 1) CHECK(stage.response_to(client).status == 404);
    if (i == 1) client.send(get("/"));
  }
  CHECK_FALSE(client.is_closed());
}

TEST_CASE("requests that arrive in parts are answered", "[http]") {
  HttpStage stage;
  HttpClient& client = stage.add_client("");
  for (const char c : get("/")) {
    client.send(std::string(1, c));
    run_ready(stage.io);
  }
  CHECK(stage.response_to(client).body == "the page");
}

TEST_CASE("answers to pipelined requests arrive in the order of the requests", "[http]") {
  constexpr int kRequests = 50;
  HttpStage stage;
  std::string requests;
  for (int i = 0; i < kRequests; ++i) {
    const std::string path = "/" + std::to_string(i);
    stage.server.serve_text(path, {.type = "a/b", .text = [path] { return path; }});
    requests += get(path);
  }
  HttpClient& client = stage.add_client(requests);
  for (int i = 0; i < kRequests; ++i)
    CHECK(stage.response_to(client).body == "/" + std::to_string(i));
  CHECK(client.untaken().empty());
}

TEST_CASE("HEAD is answered like GET, without the body", "[http]") {
  HttpStage stage;
  HttpClient& client = stage.add_client("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/"));
  const HttpResponse head = stage.response_to(client, HasBody::no);
  CHECK(head.status == 200);
  CHECK(head.field("content-length") == "8");
  CHECK(stage.response_to(client).body == "the page");
}

TEST_CASE("the connection closes if the client requests it or HTTP requires it", "[http]") {
  const std::string request = GENERATE(get("/", "Connection: close\r\n"), "GET / HTTP/1.0\r\n\r\n"s,
                                       get("/nothing", "Connection: close\r\n"));
  CAPTURE(request);
  HttpStage stage;
  HttpClient& client = stage.add_client(request + get("/"));
  const HttpResponse response = stage.response_to(client);
  CHECK(response.field("connection") == "close");
  CHECK(stage.runs_until_closed_in_order(client));
  CHECK(client.untaken().empty());
}

TEST_CASE("HTTP/1.0 may keep the connection open too", "[http]") {
  HttpStage stage;
  const std::string request = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  HttpClient& client = stage.add_client(request + request);
  CHECK(stage.response_to(client).field("connection") == "keep-alive");
  CHECK(stage.response_to(client).body == "the page");
}

TEST_CASE("an unknown path is not found, and the connection stays open", "[http]") {
  HttpStage stage;
  stage.server.serve_text("/empty", {.type = "a/b", .text = [] { return std::string(); }});
  HttpClient& client = stage.add_client("");
  for (const std::string path : {"/nothing", "/empty", "/stream/", "/streams", "/../", "/%2e%2e/",
                                 "/snapshot/1", "//", "/STREAM"}) {
    CAPTURE(path);
    client.send(get(path));
    const HttpResponse response = stage.response_to(client);
    CHECK(response.status == 404);
    CHECK_THAT(response.field("content-type"), StartsWith("text/plain"));
    CHECK_FALSE(response.body.empty());
  }
  CHECK(stage.server.failed_requests() == 0);
}

TEST_CASE("invalid requests are refused with the matching status", "[http]") {
  struct Case {
    std::string request;
    int status;
  };
  const auto refused = GENERATE(values<Case>({
      {"nonsense\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: localhost\n\n", 400},
      {get("/\0"s), 400},
      {"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {get("/", "Content-Length: 3\r\n") + "abc", 413},
      {get("/", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n", 413},
      {get("/", "Host: evil.example\r\n"), 400},
      {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
      {get("http://evil.example/"), 421},
      {get("/", "X: " + std::string(10'000, 'x')), 431},
      {"GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 505},
  }));
  CAPTURE(refused.request.substr(0, 100));
  HttpStage stage;
  HttpClient& client = stage.add_client(refused.request);
  const HttpResponse response = stage.response_to(client);
  CHECK(response.status == refused.status);
  CHECK(response.field("connection") == "close");
  CHECK(response.field("allow") == (refused.status == 405 ? "GET, HEAD" : ""));
  CHECK_FALSE(response.body.empty());
  CHECK(stage.runs_until_closed_in_order(client));
  CHECK(client.untaken().empty());
  CHECK(stage.server.failed_requests() == 1);
}

TEST_CASE("the answer to a refused request arrives even if the client continues to send",
          "[http]") {
  HttpStage stage;
  HttpClient& client = stage.add_client("POST / HTTP/1.1\r\nContent-Length: 500000\r\n\r\n");
  CHECK(stage.response_to(client).status == 413);
  client.send(std::string(100'000, 'x'));
  CHECK(stage.runs_until_closed_in_order(client));
}

TEST_CASE("the answer for an unknown host says how to allow it", "[http]") {
  HttpSettings settings = long_timeout_settings();
  settings.hosts = {"camera.example"};
  HttpStage stage(settings);
  const auto with_host = [&](const std::string& host) {
    return stage.response_to("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  CHECK(with_host("camera.example:8080").status == 200);
  CHECK(with_host("127.0.0.1:1").status == 200);
  CHECK(with_host("[::1]:8080").status == 200);
  if (const std::string own = host_name(); !own.empty()) {
    const std::string first_label = own.substr(0, own.find('.'));
    CHECK(with_host(first_label + ".lan:8080").status == 200);
    CHECK(with_host(first_label + ".fritz.box.:8080").status == 200);
    CHECK(with_host(first_label + ".example:8080").status == 421);
  }
  const HttpResponse refused = with_host("other.example:8080");
  CHECK(refused.status == 421);
  CHECK_THAT(refused.body, Contains("--http-host other.example"));
}

TEST_CASE("pages of other sites cannot read any answer", "[http]") {
  HttpStage stage;
  const HttpResponse response = stage.response_to(get("/", "Origin: http://evil.example\r\n"));
  for (const auto& [name, value] : response.fields)
    CHECK_THAT(name, !StartsWith("Access-Control-", Catch::CaseSensitive::No));
}

TEST_CASE("a client that closes at any point disturbs no other", "[http]") {
  const std::string bytes = GENERATE(as<std::string>{}, "", "GET / HT", get("/"), get("/snapshot"),
                                     get("/stream"), get("/big"), "POST / HTTP/1.1\r\n\r\n");
  CAPTURE(bytes);
  HttpStage stage;
  stage.server.serve_text("/big",
                          {.type = "a/b", .text = [] { return std::string(30'000'000, 'x'); }});
  const bool reset = GENERATE(false, true);
  HttpClient& client = stage.add_client(bytes);
  for (int i = 0; i < 10; ++i) run_ready(stage.io);
  if (reset) client.socket().set_option(asio::socket_base::linger(true, 0));
  client.socket().close();
  CHECK(stage.response_to(get("/")).status == 200);
  std::uint32_t sequence = 0;
  CHECK(run_until(stage.io, [&] {
    stage.frames.submit(make_frame(sequence++, 300'000));
    return stage.viewer_count.count() == 0;
  }));
}

}  // namespace
}  // namespace jpegwire::http_server_test
