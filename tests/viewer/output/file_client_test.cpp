#include "viewer/output/file_client.hpp"

#include <fmt/format.h>

#include <asio/read.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "net/http/file_fields.hpp"
#include "support/loopback.hpp"
#include "support/shared_files.hpp"
#include "support/temporary_directory.hpp"
#include "viewer/output/file_fetch.hpp"
#include "viewer/output/file_listing.hpp"

namespace jpegwire::file_client_test {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// What is sent on a connection after a request. Then the connection closes.
using Pieces = std::vector<ByteVector>;

/// A sender that sends the given pieces, with a pause between two of them.
class Script {
 public:
  /// `answer` gets the request and the connection's number, from 0.
  using Answer = std::function<Pieces(const std::string& request, std::size_t number)>;

  Script(asio::io_context& io, Answer answer)
      : acceptor_(io, {asio::ip::address_v4::loopback(), 0}), answer_(std::move(answer)) {
    do_accept();
  }

  Endpoint endpoint() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }
  std::size_t connections() const { return number_; }

 private:
  struct Connection {
    explicit Connection(tcp::socket connected)
        : socket(std::move(connected)), pause(socket.get_executor()) {}
    tcp::socket socket;
    asio::steady_timer pause;
    std::array<char, 2048> request{};
    Pieces pieces;
    std::size_t next = 0;
  };

  void do_accept() {
    acceptor_.async_accept([this](std::error_code error, tcp::socket socket) {
      if (error) return;
      do_read(std::make_shared<Connection>(std::move(socket)));
      do_accept();
    });
  }

  void do_read(const std::shared_ptr<Connection>& connection) {
    connection->socket.async_read_some(
        asio::buffer(connection->request),
        [this, connection](std::error_code error, std::size_t size) {
          if (error) return;
          connection->pieces = answer_(std::string(connection->request.data(), size), number_++);
          do_send(connection);
        });
  }

  void do_send(const std::shared_ptr<Connection>& connection) {
    if (connection->next == connection->pieces.size()) return;
    asio::async_write(connection->socket, asio::buffer(connection->pieces[connection->next++]),
                      [this, connection](std::error_code, std::size_t) {
                        connection->pause.expires_after(milliseconds(100));
                        connection->pause.async_wait(
                            [this, connection](std::error_code) { do_send(connection); });
                      });
  }

  tcp::acceptor acceptor_;
  Answer answer_;
  std::size_t number_ = 0;
};

ByteVector refusal(const char* status) {
  return to_bytes(fmt::format("HTTP/1.1 {}\r\nContent-Length: 7\r\n\r\nbecause", status));
}

std::string head_of(std::string_view request, std::string_view content) {
  const bool is_part = request.find("\r\nRange: bytes=") != std::string_view::npos;
  const std::size_t first =
      is_part ? std::stoul(std::string(request.substr(request.find("Range: bytes=") + 13))) : 0;
  std::string head =
      fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nETag: \"1\"\r\n",
                  is_part ? "206 Partial Content" : "200 OK", content.size() - first);
  if (is_part)
    head +=
        fmt::format("Content-Range: bytes {}-{}/{}\r\n", first, content.size() - 1, content.size());
  Sha256 hash;
  hash.add(to_bytes(content));
  return head + fmt::format("Repr-Digest: {}\r\n\r\n", repr_digest(hash.digest()));
}

/// The answer of a sender that shares the content as a.jpg.
ByteVector answer_to(const std::string& request, std::string_view content) {
  const std::string head = head_of(request, content);
  if (request.starts_with("HEAD ")) return to_bytes(head);
  const std::size_t at = head.find("Content-Length: ") + 16;
  const std::size_t size = std::stoul(head.substr(at));
  return to_bytes(head + std::string(content.substr(content.size() - size)));
}

/// A fetch of a.jpg from a script.
struct Stage {
  std::string ask(FileDialogue& dialogue, const Script::Answer& answer, milliseconds timeout) {
    Script script(io, answer);
    std::optional<std::string> ended;
    FileClient client(io, {.endpoint = script.endpoint(), .timeout = timeout}, dialogue,
                      [&](const std::string& error) { ended = error; });
    client.start();
    REQUIRE(run_until(io, [&] { return ended.has_value(); }));
    run_ready(io);
    connections = script.connections();
    return *ended;
  }

  std::string fetch(const Script::Answer& answer, milliseconds timeout) {
    PartFile part(directory / "a.jpg");
    FileFetch fetch(part, [](const std::string&) {});
    return ask(fetch, answer, timeout);
  }

  std::string list(const Script::Answer& answer, milliseconds timeout) {
    FileListing listing;
    return ask(listing, answer, timeout);
  }

  std::string fetched() const {
    std::ostringstream text;
    text << std::ifstream(directory / "a.jpg", std::ios::binary).rdbuf();
    return text.str();
  }

  TemporaryDirectory directory;
  asio::io_context io{1};
  std::size_t connections = 0;
};

Pieces cut(const ByteVector& bytes, std::size_t size) {
  Pieces pieces;
  for (std::size_t begin = 0; begin < bytes.size(); begin += size) {
    const Bytes piece = Bytes(bytes).subspan(begin, std::min(size, bytes.size() - begin));
    pieces.emplace_back(piece.begin(), piece.end());
  }
  return pieces;
}

TEST_CASE("an answer may take longer than the client's timeout while bytes arrive", "[files]") {
  Stage stage;
  const std::string content = numbers(30'000);
  CHECK(stage
            .fetch([&](const std::string& request,
                       std::size_t) { return cut(answer_to(request, content), 1'000); },
                   milliseconds(1'500))
            .empty());
  CHECK(stage.connections == 2);
  CHECK((stage.fetched() == content));
}

TEST_CASE("a client does not time out while the sender computes a digest", "[files]") {
  Stage stage;
  const auto answer = [&](const std::string& request, std::size_t) {
    if (!request.starts_with("HEAD ")) return Pieces{answer_to(request, "data")};
    Pieces pieces(10, to_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
    pieces.push_back(answer_to(request, "data"));
    return pieces;
  };
  CHECK(stage.fetch(answer, milliseconds(700)).empty());
  CHECK(stage.fetched() == "data");
}

TEST_CASE("any number of interim answers may precede the answer", "[files]") {
  Stage stage;
  std::string interim;
  for (int i = 0; i < 20'000; ++i) interim += "HTTP/1.1 100\n\n";
  const auto answer = [&](const std::string& request, std::size_t) {
    return Pieces{to_bytes(interim), answer_to(request, "data")};
  };
  CHECK(stage.fetch(answer, milliseconds(5'000)).empty());
  CHECK(stage.fetched() == "data");
}

TEST_CASE("a file is completed although each connection breaks off within its answer", "[files]") {
  Stage stage;
  const std::string content = numbers(2'000);
  const auto answer_some = [&](const std::string& request, std::size_t) {
    ByteVector answer = answer_to(request, content);
    const std::size_t head_bytes = head_of(request, content).size();
    if (answer.size() > head_bytes + 100) answer.resize(head_bytes + 100);
    return Pieces{answer};
  };
  CHECK(stage.fetch(answer_some, milliseconds(20'000)).empty());
  CHECK(stage.connections > 10);
  CHECK((stage.fetched() == content));
}

TEST_CASE("connections that only send a head do not delay other clients", "[files]") {
  Stage stage;
  const auto answer = [&](const std::string& request, std::size_t) {
    return Pieces{to_bytes(head_of(request, "data"))};
  };
  CHECK_THAT(stage.fetch(answer, milliseconds(700)), Catch::Contains("no answer from"));
}

TEST_CASE("pauses for a busy sender do not count towards the timeout", "[files]") {
  Stage stage;
  const auto answer = [&](const std::string& request, std::size_t number) {
    return Pieces{number < 4 ? refusal("503 Service Unavailable") : answer_to(request, "data")};
  };
  // Each pause is twice as long as the one before, and the last one takes 800 ms.
  const auto begin = std::chrono::steady_clock::now();
  CHECK(stage.fetch(answer, milliseconds(700)).empty());
  CHECK(std::chrono::steady_clock::now() - begin > milliseconds(1'400));
  CHECK(stage.fetched() == "data");
}

TEST_CASE("the list is requested again from a busy sender", "[files]") {
  Stage stage;
  const auto answer = [&](const std::string&, std::size_t number) {
    const std::string list = to_json({});
    return Pieces{number == 0
                      ? refusal("503 Service Unavailable")
                      : to_bytes(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}",
                                             list.size(), list))};
  };
  CHECK(stage.list(answer, milliseconds(20'000)).empty());
  CHECK(stage.connections == 2);
}

TEST_CASE("a server that shares no files is reported in a sentence", "[files]") {
  Stage stage;
  const auto failure = [&](const Pieces& pieces) {
    return stage.list([&](const std::string&, std::size_t) { return pieces; }, milliseconds(700));
  };
  CHECK_THAT(failure({}),
             Catch::Contains("no answer from http://127.0.0.1:") && Catch::Contains("HTTP port"));
  CHECK_THAT(failure({to_bytes("SSH-2.0-OpenSSH_9.2p1 Debian\r\n")}),
             Catch::Contains("does not answer with HTTP"));
  CHECK_THAT(failure({framed(SizePrefix::be32, encode_plainly(make_bgr(32, 48, 1), {}))}),
             Catch::Contains("does not answer with HTTP"));
  CHECK_THAT(failure({refusal("404 Not Found")}), Catch::Contains("status 404 Not Found"));
  CHECK_THAT(failure({to_bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")}),
             Catch::Contains("not a list of files"));
  CHECK_THAT(failure({to_bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")}),
             Catch::Contains("not a jpegwire-sender"));
  CHECK_THAT(failure({to_bytes("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")}),
             Catch::Contains("too long"));
}

}  // namespace
}  // namespace jpegwire::file_client_test
