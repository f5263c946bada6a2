// Clients that misuse the sender's HTTP server while another client watches the stream.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "end_to_end/http_sender.hpp"
#include "end_to_end/pictures.hpp"

using namespace jpegwire;
using namespace std::string_literals;
using nlohmann::json;

namespace http_bad_input_test {
namespace {

/// A sender and a well-behaved HTTP viewer, which must not be affected by other clients.
class WatchedSender {
 public:
  explicit WatchedSender(const Command& more = {})
      : sender_(test_card(more)),
        viewer_({sender_.http_url("/stream"), "--summary", "-", "--timeout", "60"}) {
    viewer_.wait_for("frames/s");
  }

  HttpSender& operator*() { return sender_; }
  HttpSender* operator->() { return &sender_; }

  /// The viewer has received whole frames only, and receives more of them.
  void check_undisturbed() {
    TcpPeer peer = TcpPeer::connect(sender_.http_port());
    peer.send(http_get("/stream"));
    CHECK(decode(StreamReader(peer).next()));
    CHECK_FALSE(viewer_.has_ended());
    viewer_.send_signal(SIGINT);
    const json seen = summary_of(viewer_);
    CHECK(seen["frames"] > 0);
    CHECK(seen["corrupt"] == 0);
    CHECK(seen["reconnects"] == 0);
    CHECK(complaints_of(viewer_).empty());
    CHECK_FALSE(sender_.has_ended());
  }

 private:
  HttpSender sender_;
  ViewerProgram viewer_;
};

int status_of(WatchedSender& sender, const std::string& bytes) {
  return response_to(sender->http_port(), bytes).status;
}

std::string with_fields(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

std::size_t count_lines(const Process& program, std::string_view words) {
  const std::string text = program.err();
  std::size_t count = 0;
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
    ++count;
  return count;
}

}  // namespace

TEST_CASE("request heads that are too long or never end are refused") {
  WatchedSender sender({"--http-timeout", "0.3"});
  const std::string many(100'000, 'x');
  CHECK(status_of(sender, with_fields("X: " + many + "\r\n")) == 431);
  CHECK(status_of(sender, "GET /" + many) == 431);
  CHECK(status_of(sender, many) == 431);
  CHECK(status_of(sender, "GET / HTTP/1.1\r\nHost: localhost\r\n") == 408);
  sender.check_undisturbed();
}

TEST_CASE("request heads with invalid bytes are refused") {
  WatchedSender sender;
  CHECK(status_of(sender, "GET / HTTP/1.1\nHost: localhost\n\n") == 400);
  CHECK(status_of(sender, "GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n"s) == 400);
  CHECK(status_of(sender, with_fields("X: \0\r\n"s)) == 400);
  CHECK(status_of(sender, std::string(3000, '\0')) == 400);
  CHECK(status_of(sender, "\x16\x03\x01\x02\x01\x01\xfc\x03\x03"s) == 400);
  CHECK(status_of(sender, std::string(3000, '\xff')) == 400);
  CHECK(status_of(sender, with_fields("Host: localhost\r\n")) == 400);
  CHECK(status_of(sender, "GET / HTTP/1.1\r\n\r\n") == 400);
  sender.check_undisturbed();
}

TEST_CASE("unknown methods and versions are refused") {
  WatchedSender sender;
  for (const std::string method : {"POST", "BREW", "get", "CONNECT", "PROPFIND"})
    CHECK(status_of(sender, method + " / HTTP/1.1\r\nHost: localhost\r\n\r\n") == 405);
  CHECK(status_of(sender, "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n") == 505);
  CHECK(status_of(sender, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
  CHECK(status_of(sender, "GET / HTTP/1.9\r\nHost: localhost\r\n\r\n") == 505);
  CHECK(status_of(sender, "GET /\r\n\r\n") == 400);
  sender.check_undisturbed();
}

TEST_CASE("request bodies are refused and never read as requests") {
  WatchedSender sender;
  CHECK(status_of(sender, with_fields("Content-Length: 50\r\n") + http_get("/")) == 413);
  CHECK(status_of(sender, with_fields("Content-Length: 99999999999\r\n")) == 413);
  CHECK(status_of(sender, with_fields("Transfer-Encoding: chunked\r\n") + http_get("/")) == 413);
  CHECK(status_of(sender, with_fields("Transfer-Encoding: x\r\n")) == 413);
  CHECK(status_of(sender, with_fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")) ==
        400);
  CHECK(status_of(sender, with_fields("Content-Length: 900000\r\n") + std::string(900'000, 'x')) ==
        413);
  sender.check_undisturbed();
}

TEST_CASE("paths outside the site are not found") {
  WatchedSender sender;
  for (const std::string path :
       {"/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/%00", "/..%2f..", "/\\..\\..",
        "//etc/passwd", "/stream/../../etc/passwd", "/%", "/stream%00.jpg", "/%73tream"}) {
    CAPTURE(path);
    CHECK(fetch(*sender, path).status == 404);
  }
  sender.check_undisturbed();
}

TEST_CASE("a wrong host is refused in the Host field and in the target") {
  WatchedSender sender;
  CHECK(fetch(*sender, "/stream", "evil.example").status == 421);
  CHECK(fetch(*sender, "/stream", "localhost.evil.example").status == 421);
  CHECK(fetch(*sender, "http://evil.example/stream").status == 421);
  CHECK(fetch(*sender, "http://localhost/stats.json", "evil.example").status == 200);
  CHECK(fetch(*sender, "/stream", "localhost:port").status == 400);
  sender.check_undisturbed();
}

TEST_CASE("pipelined requests are answered in order") {
  WatchedSender sender;
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += http_get(i % 10 == 0 ? "/snapshot" : "/nothing");
  TcpPeer peer = TcpPeer::connect(sender->http_port());
  peer.send(requests + "nonsense\r\n\r\n" + http_get("/"));
  for (int i = 0; i < 100; ++i) CHECK(receive_response(peer).status == (i % 10 == 0 ? 200 : 404));
  CHECK(receive_response(peer).status == 400);
  CHECK(peer.receive_to_end().empty());
  sender.check_undisturbed();
}

TEST_CASE("a client that shuts down its sending side still receives the stream") {
  WatchedSender sender;
  TcpPeer viewer = TcpPeer::connect(sender->http_port());
  viewer.send(http_get("/stream"));
  viewer.end_sending();
  StreamReader stream(viewer);
  for (int i = 0; i < 10; ++i) CHECK(decode(stream.next()));
  TcpPeer snapshot = TcpPeer::connect(sender->http_port());
  snapshot.send(http_get("/snapshot"));
  snapshot.end_sending();
  CHECK(decode(receive_response(snapshot).body));
  sender.check_undisturbed();
}

TEST_CASE("connections that close at any point release their place") {
  WatchedSender sender({"--http-per-address", "8"});
  const std::uint16_t port = sender->http_port();
  for (const std::string& request : {""s, "GET / HT"s, http_get("/"), http_get("/snapshot"),
                                     http_get("/stream"), "POST / HTTP/1.1\r\n\r\n"s}) {
    for (int i = 0; i < 6; ++i) {
      TcpPeer peer = TcpPeer::connect(port);
      peer.try_send(request);
      if (request == http_get("/stream")) peer.receive(2000 + 500 * static_cast<std::size_t>(i));
      if (i % 2 == 0) peer.reset();
    }
    // If they did not, the server would have no free connections left.
    CHECK(eventually([&] { return fetch(*sender, "/").status == 200; }));
  }
  CHECK(eventually(
      [&] { return json::parse(fetch(*sender, "/stats.json").body)["viewers_now"] == 1; }));
  sender.check_undisturbed();
}

TEST_CASE("bad requests do not fill the log") {
  constexpr int kRequests = 200;
  WatchedSender sender;
  const std::uint16_t port = sender->http_port();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRequests; ++i) response_to(port, "nonsense\r\n\r\n");
  const std::size_t lines = count_lines(*sender, "refused a request");
  const auto spent = std::chrono::steady_clock::now() - begin;
  CHECK(lines >= 1);
  CHECK(lines <= 2 + static_cast<std::size_t>(
                         std::chrono::duration_cast<std::chrono::seconds>(spent).count()));
  // A later line says how many messages were suppressed.
  CHECK(eventually([&] {
    response_to(port, "nonsense\r\n\r\n");
    return sender->has_written(" more such lines)");
  }));
  CHECK(json::parse(fetch(*sender, "/stats.json").body)["failed_requests"] > kRequests);
  sender.check_undisturbed();
}

}  // namespace http_bad_input_test
