#include "net/share/file_client.hpp"

#include <asio/read.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "net/share/file_answer.hpp"
#include "net/share/file_fetch.hpp"
#include "net/share/file_listing.hpp"
#include "support/loopback.hpp"
#include "support/shared_files.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::file_client_test {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// What is sent on a connection, once a request has come, and then the connection ends.
using Pieces = std::vector<ByteVector>;

/// A sender that says what it is told to, with a pause between two pieces.
class Script {
 public:
  /// `answer` gets the request without its size, and the connection's number, from 0.
  using Answer = std::function<Pieces(Bytes request, std::size_t number)>;

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
    std::array<std::byte, 512> request{};
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
          connection->pieces =
              answer_(Bytes(connection->request).first(size).subspan(4), number_++);
          do_send(connection);
        });
  }

  void do_send(const std::shared_ptr<Connection>& connection) {
    if (connection->next == connection->pieces.size()) return;
    std::error_code ignored;
    asio::write(connection->socket, asio::buffer(connection->pieces[connection->next++]), ignored);
    connection->pause.expires_after(milliseconds(100));
    connection->pause.async_wait([this, connection](std::error_code) { do_send(connection); });
  }

  tcp::acceptor acceptor_;
  Answer answer_;
  std::size_t number_ = 0;
};

ByteVector message(const FileMessage& content) {
  FileMessageWriter writer(SizePrefix::be32);
  writer.add(content);
  return {writer.bytes().begin(), writer.bytes().end()};
}

/// A fetch of a.jpg from a script.
struct Stage {
  Stage() { fs::create_directory(directory / "shared"); }

  std::string ask(FileDialogue& dialogue, const Script::Answer& answer, milliseconds patience,
                  std::size_t max_frame_bytes = kDefaultMaxFrameBytes) {
    Script script(io, answer);
    std::optional<std::string> ended;
    FileClient client(
        io,
        {.endpoint = script.endpoint(), .patience = patience, .max_frame_bytes = max_frame_bytes},
        dialogue, [&](const std::string& error) { ended = error; });
    client.start();
    REQUIRE(run_until(io, [&] { return ended.has_value(); }));
    run_ready(io);
    connections = script.connections();
    return *ended;
  }

  std::string fetch(const Script::Answer& answer, milliseconds patience,
                    std::size_t max_frame_bytes = kDefaultMaxFrameBytes) {
    PartFile part(directory / "a.jpg");
    FileFetch fetch(part, [](const std::string&) {});
    return ask(fetch, answer, patience, max_frame_bytes);
  }

  std::string list(const Script::Answer& answer, milliseconds patience,
                   std::size_t max_frame_bytes = kDefaultMaxFrameBytes) {
    FileListing listing;
    return ask(listing, answer, patience, max_frame_bytes);
  }

  /// All that a sender would answer that shares the content as a.jpg.
  ByteVector answer_to(Bytes request) const {
    const SharedDirectory shared(directory / "shared");
    FetchAnswer answer(shared, std::get<FetchRequest>(parse_file_request(request).value()));
    FileMessageWriter writer(SizePrefix::be32);
    while (answer.next(writer)) {
    }
    writer.add_end_of_stream();
    return {writer.bytes().begin(), writer.bytes().end()};
  }

  std::string share(std::size_t size) const {
    std::string content;
    while (content.size() < size) content += std::to_string(content.size());
    write_long_ago(directory / "shared/a.jpg", content);
    return content;
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

TEST_CASE("a chunk that takes longer than a client's patience is no silence") {
  Stage stage;
  const std::string content = stage.share(30'000);
  CHECK(stage
            .fetch([&](Bytes request, std::size_t) { return cut(stage.answer_to(request), 1'000); },
                   milliseconds(1'500))
            .empty());
  CHECK(stage.connections == 1);
  CHECK((stage.fetched() == content));
}

TEST_CASE("frames for ever are no answer") {
  Stage stage;
  const ByteVector frame = framed(SizePrefix::be32, encode_plainly(make_bgr(32, 48, 1), {}));
  const std::string error =
      stage.fetch([&](Bytes, std::size_t) { return Pieces(300, frame); }, milliseconds(500));
  CHECK_THAT(error, Catch::Contains("no answer from") && Catch::Contains("too old to share files"));
}

TEST_CASE("a connection that breaks off in each chunk still gets a file on") {
  Stage stage;
  const std::string content = stage.share(2'000);
  const auto answer_some = [&](Bytes request, std::size_t) {
    constexpr std::size_t kInFrontOfData = 4 + 26 + 4 + 50 + 4 + 18;  // head, digest, chunk's head
    ByteVector answer = stage.answer_to(request);
    const bool is_all = answer.size() <= kInFrontOfData + 100 + 100;
    if (!is_all) answer.resize(kInFrontOfData + 100);
    return Pieces{answer};
  };
  CHECK(stage.fetch(answer_some, milliseconds(20'000)).empty());
  CHECK(stage.connections > 10);
  CHECK((stage.fetched() == content));
}

TEST_CASE("a head on each connection, and nothing behind it, does not keep a client waiting") {
  Stage stage;
  const std::string error =
      stage.fetch([&](Bytes, std::size_t) { return Pieces{message(FileHead{10, WallTime{}})}; },
                  milliseconds(700));
  CHECK_THAT(error, Catch::Contains("no answer from"));
}

TEST_CASE("a busy sender's pauses are not its silence") {
  Stage stage;
  const std::string content = stage.share(1'000);
  const auto answer = [&](Bytes request, std::size_t number) {
    return Pieces{number < 4 ? message(Refusal{Refusal::Reason::busy, "it is busy"})
                             : stage.answer_to(request)};
  };
  // The last pause takes 800 ms.
  CHECK(stage.fetch(answer, milliseconds(700)).empty());
  CHECK((stage.fetched() == content));
}

TEST_CASE("a busy sender is asked again for its list") {
  Stage stage;
  const auto answer = [&](Bytes, std::size_t number) {
    return Pieces{number == 0 ? message(Refusal{Refusal::Reason::busy, "it is busy"})
                              : message(ListEnd{0})};
  };
  CHECK(stage.list(answer, milliseconds(20'000)).empty());
  CHECK(stage.connections == 2);
}

TEST_CASE("how large a frame may be does not bound a file's chunks") {
  Stage stage;
  const std::string content = stage.share(200'000);
  CHECK(stage
            .fetch([&](Bytes request, std::size_t) { return Pieces{stage.answer_to(request)}; },
                   milliseconds(20'000), 1024)
            .empty());
  CHECK((stage.fetched() == content));
}

TEST_CASE("who is asked, and is no sender that shares, is told of in a sentence") {
  Stage stage;
  const auto failure = [&](const Pieces& pieces) {
    return stage.list([&](Bytes, std::size_t) { return pieces; }, milliseconds(700));
  };
  CHECK_THAT(failure({}), Catch::Contains("turns viewers away, or is no jpegwire-sender"));
  const auto request = write_file_request(ListRequest{});
  CHECK_THAT(failure({{request.begin(), request.end()}}), Catch::Contains("--echo"));
  CHECK_THAT(failure({to_bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")}),
             Catch::Contains("an HTTP server answers there"));
  CHECK_THAT(failure({message(Refusal{static_cast<Refusal::Reason>(77), "it is the new moon"})}),
             Catch::Contains("it is the new moon"));
  CHECK_THAT(failure({to_bytes("SSH-2.0-OpenSSH_9.2p1 Debian\r\n")}),
             Catch::Contains("what it sends cannot be read"));
}

}  // namespace
}  // namespace jpegwire::file_client_test
