// Single pictures of an HTTP server, which a StreamClient requests one after the other.

#include <algorithm>
#include <asio/read_until.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <string>

#include "net/tcp/stream_client.hpp"
#include "support/loopback.hpp"
#include "support/recorder.hpp"

namespace jpegwire::snapshot_test {
namespace {

using namespace test;
using Catch::Contains;

constexpr milliseconds kLong{60'000};  // longer than a test may take
constexpr milliseconds kShort{400};

ByteVector answer(Bytes body, const std::string& type = "image/jpeg",
                  const std::string& status = "200 OK", const std::string& fields = "") {
  return joined("HTTP/1.1 " + status + "\r\nContent-Type: " + type +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields + "\r\n",
                body);
}

ByteVector picture(int size = 48) { return answer(encode_plainly(make_bgr(size, size))); }

/// Answers each request with what the test says, counted from 1, and closes the connection.
class Server {
 public:
  using Answer = std::function<ByteVector(std::size_t number, const std::string& request)>;

  Server(asio::io_context& io, Answer answer)
      : acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        answer_(std::move(answer)) {
    do_accept();
  }

  HttpUrl url(const std::string& credentials = "") const {
    return parse_http_url("http://" + credentials + "127.0.0.1:" +
                          std::to_string(acceptor_.local_endpoint().port()) + "/snapshot");
  }

  std::size_t requests() const { return requests_; }

  void close() { acceptor_.close(); }

 private:
  struct Connection {
    explicit Connection(tcp::socket accepted) : socket(std::move(accepted)) {}
    tcp::socket socket;
    std::string request;
    ByteVector answer;
  };

  void do_accept() {
    acceptor_.async_accept([this](std::error_code error, tcp::socket socket) {
      if (error) return;
      do_read(std::make_shared<Connection>(std::move(socket)));
      do_accept();
    });
  }

  void do_read(const std::shared_ptr<Connection>& connection) {
    asio::async_read_until(connection->socket, asio::dynamic_buffer(connection->request),
                           "\r\n\r\n", [this, connection](std::error_code error, std::size_t) {
                             if (!error) do_answer(connection);
                           });
  }

  void do_answer(const std::shared_ptr<Connection>& connection) {
    connection->answer = answer_(++requests_, connection->request);
    asio::async_write(connection->socket,
                      asio::buffer(connection->answer.data(), connection->answer.size()),
                      [connection](std::error_code, std::size_t) {});
  }

  tcp::acceptor acceptor_;
  Answer answer_;
  std::size_t requests_ = 0;
};

struct Stage {
  explicit Stage(Server::Answer answer) : server(io, std::move(answer)) {}

  void start(milliseconds timeout, bool reconnect = false, const std::string& credentials = "") {
    const HttpUrl url = server.url(credentials);
    client.emplace(
        io,
        StreamClientSettings{
            .endpoint = url.endpoint, .http = url, .reconnect = reconnect, .timeout = timeout},
        recorder);
    client->start();
  }

  bool run_until_frames(std::size_t count) {
    return run_until(io, [&] { return recorder.frames.size() >= count || recorder.end; }) &&
           !recorder.end;
  }

  bool run_until_end() {
    return run_until(io, [&] { return recorder.end.has_value(); });
  }

  asio::io_context io{1};
  Server server;
  Recorder recorder;
  std::optional<StreamClient> client;
};

struct BadAnswer {
  std::string name;
  ByteVector bytes;
  std::string trouble;  // in the sentence at the timeout
  std::vector<JpegVerdict> refused;
};

std::vector<BadAnswer> bad_answers() {
  const ByteVector jpeg = encode_plainly(make_bgr(48, 48));
  return {
      {"empty", answer({}), "answers with image/jpeg that is empty", {}},
      {"not a JPEG",
       answer(to_bytes("no frame now")),
       "answers with image/jpeg that is not a JPEG",
       {JpegVerdict::not_a_jpeg}},
      {"a line that is no JPEG",
       answer(to_bytes("no frame now\r\nand not later\r\n")),
       "answers with image/jpeg that is not a JPEG",
       {JpegVerdict::not_a_jpeg}},
      {"closed", {}, "it has closed the connection without an answer", {}},
      {"busy",
       answer(to_bytes("busy"), "text/plain", "503 Busy"),
       "it answers with status 503 Busy: busy",
       {}},
      {"a page",
       answer(to_bytes("<html>no picture at present</html>"), "text/html"),
       "it answers with text/html, which is not a stream of JPEGs",
       {}},
      {"another protocol", to_bytes("SSH-2.0-x y z\r\n\r\n"), "it does not answer with HTTP", {}},
      {"frames without HTTP", framed(SizePrefix::be32, jpeg), "it does not answer with HTTP", {}},
      {"malformed chunks",
       to_bytes("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: "
                "chunked\r\n\r\nxyz\r\n"),
       "its chunks are malformed",
       {}},
      {"elsewhere",
       answer({}, "text/plain", "302 Found", "Location: http://camera.example/\r\n"),
       "has moved to another host",
       {}},
  };
}

}  // namespace

TEST_CASE("one bad answer does not end single pictures, and is no interruption") {
  const BadAnswer bad = GENERATE(from_range(bad_answers()));
  CAPTURE(bad.name);
  const bool reconnect = GENERATE(false, true);
  Stage stage([&](std::size_t number, const std::string&) {
    return number % 4 == 0 ? bad.bytes : picture();
  });
  stage.start(kLong, reconnect);
  REQUIRE(stage.run_until_frames(5));
  CHECK(stage.recorder.peers.size() == 1);
  CHECK(stage.recorder.interruptions.empty());
  CHECK(stage.recorder.refused.size() == bad.refused.size());
}

TEST_CASE("when all answers are bad, the timeout ends single pictures and names the last trouble") {
  const BadAnswer bad = GENERATE(from_range(bad_answers()));
  CAPTURE(bad.name);
  Stage stage(
      [&](std::size_t number, const std::string&) { return number > 3 ? bad.bytes : picture(); });
  stage.start(kShort);
  REQUIRE(stage.run_until_end());
  CHECK(stage.recorder.frames.size() == 3);
  CHECK_THAT(
      *stage.recorder.end,
      Catch::StartsWith("no frame from " + to_string(stage.server.url()) + " within 0.4 s: ") &&
          Contains(bad.trouble) && !Contains("("));
  CHECK(stage.server.requests() < 20);  // with a pause
}

TEST_CASE("a server of single pictures that is gone is called again until the timeout") {
  Stage stage([](std::size_t, const std::string&) { return picture(); });
  stage.start(kShort);
  stage.recorder.on_frame = [&] { stage.server.close(); };
  REQUIRE(stage.run_until_end());
  CHECK_THAT(*stage.recorder.end, Contains("cannot connect to it: Connection refused"));
}

TEST_CASE("single pictures that are all refused are requested with pauses up to the timeout") {
  ByteVector progressive = encode_plainly(make_bgr(48, 48));
  const auto frame = std::ranges::search(progressive, to_bytes({0xFF, 0xC0}));
  frame[1] = std::byte{0xC2};
  Stage stage([&](std::size_t number, const std::string&) {
    return number > 2 ? answer(progressive) : picture();
  });
  stage.start(kShort);
  REQUIRE(stage.run_until_end());
  CHECK(stage.recorder.frames.size() == 2);
  REQUIRE(!stage.recorder.refused.empty());
  CHECK(stage.recorder.refused.back() == JpegVerdict::progressive);
  CHECK(stage.recorder.refused.size() < 20);
  CHECK(*stage.recorder.end == "no frame from " + to_string(stage.server.url()) + " within 0.4 s");
}

TEST_CASE("a server whose first picture was refused is one of single pictures, too") {
  const bool is_silent = GENERATE(true, false);
  const ByteVector jpeg = encode_plainly(make_bgr(48, 48));
  Stage stage([&](std::size_t number, const std::string&) {
    if (number == 1) return answer(Bytes(jpeg).first(20));
    if (number == 2) return is_silent ? ByteVector() : framed(SizePrefix::be32, jpeg);
    return answer(jpeg);
  });
  stage.start(kLong);
  REQUIRE(stage.run_until_frames(3));
  CHECK(stage.recorder.refused.size() == 1);
  CHECK(stage.recorder.peers.size() == 1);
}

TEST_CASE("an answer with two pictures is followed by the next request") {
  Stage stage([](std::size_t number, const std::string&) {
    const ByteVector jpeg = encode_plainly(make_bgr(48, 48));
    return number == 2 ? answer(joined(jpeg, jpeg)) : answer(jpeg);
  });
  stage.start(kLong);
  REQUIRE(stage.run_until_frames(6));
}

TEST_CASE("with reconnect the timeout interrupts single pictures once, and they come back") {
  bool is_broken = false;
  Stage stage([&](std::size_t, const std::string&) { return is_broken ? answer({}) : picture(); });
  stage.start(kShort, true);
  REQUIRE(stage.run_until_frames(3));
  is_broken = true;
  REQUIRE(run_until(stage.io, [&] { return !stage.recorder.interruptions.empty(); }));
  CHECK_THAT(stage.recorder.interruptions[0],
             Contains("within 0.4 s: it answers with image/jpeg that is empty"));
  is_broken = false;
  const std::size_t before = stage.recorder.frames.size();
  REQUIRE(stage.run_until_frames(before + 3));
  CHECK(stage.recorder.peers.size() == 2);
}

TEST_CASE("a nonce for one use, or one whose count is checked, is answered for each picture") {
  const bool is_for_one_use = GENERATE(true, false);
  std::vector<std::string> seen;
  std::size_t nonces = 0;
  Stage stage([&](std::size_t, const std::string& request) {
    const std::size_t at = request.find("nonce=\"");
    if (at != std::string::npos) {
      const std::string nonce = request.substr(at, request.find('"', at + 7) - at);
      const std::string count = request.substr(request.find("nc="), 11);
      const std::string used = is_for_one_use ? nonce : nonce + count;
      if (std::ranges::find(seen, used) == seen.end()) {
        seen.push_back(used);
        return picture();
      }
    }
    return answer({}, "text/plain", "401 Unauthorized",
                  "WWW-Authenticate: Digest realm=\"r\", qop=\"auth\", nonce=\"n" +
                      std::to_string(++nonces) + "\"\r\n");
  });
  stage.start(kLong, false, "me:secret@");
  REQUIRE(stage.run_until_frames(12));
  CHECK(stage.server.requests() <= (is_for_one_use ? 26 : 14));
}

TEST_CASE("each picture may be redirected to a URL of its own") {
  Stage stage([](std::size_t number, const std::string& request) {
    return request.starts_with("GET /snapshot ")
               ? answer({}, "text/plain", "302 Found",
                        "Location: /once/" + std::to_string(number) + "\r\n")
               : picture();
  });
  stage.start(kLong);
  REQUIRE(stage.run_until_frames(12));
}

}  // namespace jpegwire::snapshot_test
