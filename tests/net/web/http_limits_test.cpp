// The limits of an HTTP server's connections, its timeouts, and its end.

#include <catch2/catch.hpp>
#include <string>

#include "net/web/http_server.hpp"
#include "support/http_stage.hpp"

namespace jpegwire::http_limits_test {
namespace {

using namespace test;
using Catch::Contains;

constexpr std::chrono::milliseconds kShort{50};

HttpSettings at_most(std::size_t connections, std::size_t per_address) {
  HttpSettings settings = long_timeout_settings();
  settings.max_connections = connections;
  settings.max_per_address = per_address;
  return settings;
}

/// Connects clients until one of them is served.
bool becomes_welcome(HttpStage& stage) {
  return run_until(stage.io, [&] {
    HttpClient& client = stage.add_client(get("/", "Connection: close\r\n"));
    const int status = stage.response_to(client).status;
    client.socket().close();
    return status == 200;
  });
}

void serve_big_text(HttpStage& stage) {
  stage.server.serve_text("/big",
                          {.type = "a/b", .text = [] { return std::string(30'000'000, 'x'); }});
}

TEST_CASE("a connection beyond the limit is answered with 503, until one closes", "[http]") {
  HttpStage stage(at_most(2, 10));
  HttpClient& first = stage.add_client(get("/"));
  HttpClient& second = stage.add_client(get("/"));
  CHECK(stage.response_to(first).status == 200);
  CHECK(stage.response_to(second).status == 200);
  HttpClient& third = stage.add_client(get("/"));
  const HttpResponse refused = stage.response_to(third);
  CHECK(refused.status == 503);
  CHECK_THAT(refused.body, Contains("Too many connections"));
  CHECK(refused.field("connection") == "close");
  CHECK(stage.runs_until_closed_in_order(third));
  CHECK(stage.server.rejected() == 1);
  second.send(get("/"));
  CHECK(stage.response_to(second).status == 200);  // existing connections stay
  first.socket().close();
  CHECK(becomes_welcome(stage));
}

TEST_CASE("one address cannot take all connections", "[http]") {
  HttpStage stage(at_most(10, 2));
  for (int i = 0; i < 2; ++i) CHECK(stage.response_to(get("/")).status == 200);
  CHECK(stage.response_to(get("/")).status == 503);
  CHECK(stage.response_to(stage.add_client(get("/"), "127.0.0.2")).status == 200);
  stage.clients.front().socket().close();
  CHECK(becomes_welcome(stage));
}

TEST_CASE(
    "an idle connection gives its place to a client that needs it, and a viewer keeps its own",
    "[http]") {
  HttpSettings settings = at_most(2, 10);
  settings.idle_timeout = {};
  HttpStage stage(settings);
  HttpClient& viewer = stage.add_viewer();
  HttpClient& slow = stage.add_client("GET / HTTP");
  run_ready(stage.io);
  CHECK(stage.response_to(get("/")).status == 200);
  CHECK(run_until(stage.io, [&] { return slow.is_closed(); }));
  stage.frames.submit(make_frame(0));
  CHECK(run_until(stage.io, [&] { return !viewer.untaken().empty(); }));
  CHECK(stage.server.rejected() == 0);
}

TEST_CASE("viewers of one address that do not read give their places to new clients", "[http]") {
  HttpStage stage(at_most(3, 10), {.place_timeout = {}});
  for (int i = 0; i < 3; ++i) stage.add_viewer();
  stage.frames.submit(make_frame(0, kMoreThanBuffers));
  run_ready(stage.io);
  CHECK(stage.response_to(stage.add_client(get("/"), "127.0.0.2")).status == 200);
  CHECK(stage.response_to(get("/")).status == 200);
  CHECK(stage.viewer_count.count() == 1);
  CHECK(stage.frames.evicted_for_place() == 2);
}

TEST_CASE("a client that does not receive its snapshot is closed when memory is short", "[http]") {
  HttpStage stage(long_timeout_settings(), {.memory_bytes = 1, .memory_timeout = {}});
  HttpClient& client = stage.add_client(get("/snapshot"));
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.any(); }));
  const std::weak_ptr<const EncodedFrame> frame = [&] {
    auto made = make_frame(0, kMoreThanBuffers);
    std::weak_ptr<const EncodedFrame> watched = made;
    stage.frames.submit(std::move(made));
    return watched;
  }();
  CHECK(run_until(stage.io, [&] { return frame.expired(); }));
  CHECK(run_until(stage.io, [&] { return client.is_closed(); }));
  CHECK_FALSE(client.take());
  CHECK(stage.frames.memory().evicted() == 1);
  CHECK(stage.server.failed_requests() == 1);
}

TEST_CASE("of many connections beyond the limit some get 503, the others are closed", "[http]") {
  HttpStage stage(at_most(1, 10));
  CHECK(stage.response_to(get("/")).status == 200);
  for (int i = 0; i < 30; ++i) stage.add_client("");
  REQUIRE(run_until(stage.io, [&] { return stage.server.rejected() == 30; }));
  CHECK(run_until(stage.io, [&] { return stage.clients.back().is_closed(); }));
  CHECK(stage.clients.back().untaken().empty());
  stage.clients.clear();
  CHECK(becomes_welcome(stage));
}

TEST_CASE("a viewer counts as a connection while it watches", "[http]") {
  HttpStage stage(at_most(1, 1));
  HttpClient& viewer = stage.add_viewer();
  CHECK(stage.response_to(get("/stream")).status == 503);
  CHECK(stage.viewer_count.count() == 1);
  viewer.socket().close();
  std::uint32_t sequence = 0;
  REQUIRE(run_until(stage.io, [&] {
    stage.frames.submit(make_frame(sequence++));
    return stage.viewer_count.count() == 0;
  }));
  CHECK(becomes_welcome(stage));
}

TEST_CASE("a silent client is closed without an answer", "[http]") {
  HttpSettings settings = long_timeout_settings();
  settings.head_timeout = kShort;
  HttpStage stage(settings);
  HttpClient& silent = stage.add_client("");
  CHECK(stage.runs_until_closed_in_order(silent));
  CHECK(silent.untaken().empty());
  CHECK(stage.server.failed_requests() == 0);
  HttpClient& done = stage.add_client(get("/"));
  CHECK(stage.response_to(done).status == 200);
  CHECK(stage.runs_until_closed_in_order(done));
  CHECK(done.untaken().empty());
}

TEST_CASE("a request that is not completed in time is answered with 408", "[http]") {
  const std::string begun = GENERATE(as<std::string>{}, "G", "GET / HTTP/1.1\r\n",
                                     "GET / HTTP/1.1\r\nHost: localhost\r\n");
  HttpSettings settings = long_timeout_settings();
  settings.head_timeout = kShort;
  HttpStage stage(settings);
  HttpClient& client = stage.add_client(begun);
  CHECK(stage.response_to(client).status == 408);
  CHECK(stage.runs_until_closed_in_order(client));
  CHECK(stage.server.failed_requests() == 1);
}

TEST_CASE("single bytes do not extend a request's deadline", "[http]") {
  HttpSettings settings = long_timeout_settings();
  settings.head_timeout = kShort;
  settings.max_head_bytes = 1 << 20;  // more than arrives in that time
  HttpStage stage(settings);
  HttpClient& client = stage.add_client("GET / HTTP/1.1\r\nX: ");
  CHECK(run_until(stage.io, [&] {
    if (client.untaken().empty()) client.send("x");
    return client.is_closed();
  }));
  CHECK(client.take().value().status == 408);
}

TEST_CASE("a client that does not receive its answer makes room for others", "[http]") {
  HttpSettings settings = at_most(1, 1);
  settings.answer_timeout = kShort;
  HttpStage stage(settings);
  serve_big_text(stage);
  stage.add_client(get("/big"));
  run_ready(stage.io);
  CHECK(becomes_welcome(stage));
  CHECK(run_until(stage.io, [&] { return stage.clients.front().is_closed(); }));
  CHECK_FALSE(stage.clients.front().take());
}

TEST_CASE("an answer larger than the socket's buffer arrives whole", "[http]") {
  HttpStage stage;
  serve_big_text(stage);
  CHECK(stage.response_to(get("/big")).body.size() == 30'000'000);
}

TEST_CASE("a server that ends closes idle clients and completes answers in progress", "[http]") {
  HttpStage stage;
  serve_big_text(stage);
  HttpClient& idle = stage.add_client(get("/"));
  CHECK(stage.response_to(idle).status == 200);
  HttpClient& waits = stage.add_client(get("/snapshot"));
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.any(); }));
  HttpClient& reads = stage.add_client(get("/big") + get("/"));
  REQUIRE(run_until(stage.io, [&] { return !reads.untaken().empty(); }));

  stage.server.finish(std::chrono::minutes(10));
  CHECK(stage.runs_until_closed_in_order(idle));
  CHECK(stage.runs_until_closed_in_order(waits));
  CHECK(waits.untaken().empty());
  CHECK(stage.viewer_count.count() == 0);
  CHECK(stage.response_to(reads).body.size() == 30'000'000);
  CHECK(stage.runs_until_closed_in_order(reads));
  CHECK(reads.untaken().empty());
  CHECK_THROWS(stage.add_client(get("/")));
  reads.socket().close();
  stage.frames.finish(std::chrono::minutes(10));
  stage.io.restart();
  stage.io.run();  // returns, since nothing is left to do
}

TEST_CASE("a client that does not receive its answer is disconnected when the server ends",
          "[http]") {
  HttpStage stage;
  serve_big_text(stage);
  HttpClient& client = stage.add_client(get("/big"));
  for (int i = 0; i < 10; ++i) run_ready(stage.io);
  stage.server.finish(kShort);
  stage.frames.finish(kShort);
  stage.io.restart();
  stage.io.run();  // returns though the client reads nothing
  CHECK(client.is_closed());
  CHECK_FALSE(client.take());
}

}  // namespace
}  // namespace jpegwire::http_limits_test
