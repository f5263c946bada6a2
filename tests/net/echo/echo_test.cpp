#include <asio/post.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "net/echo/echo_client.hpp"
#include "net/echo/echo_server.hpp"
#include "support/loopback.hpp"

namespace jpegwire::echo_test {
namespace {

using namespace test;
using Catch::Contains;

constexpr milliseconds kLong{60'000};

/// A server on its own thread.
struct Stage {
  explicit Stage(WriteSettings write = {})
      : server(io, {"127.0.0.1", 0}, write), endpoint(server.listener().endpoint()) {
    thread = std::jthread([this] { io.run(); });
  }
  ~Stage() {
    io.stop();
    thread.join();
  }

  asio::io_context io{1};
  EchoServer server;
  Endpoint endpoint;
  std::jthread thread;
};

TEST_CASE("a message may be received in parts of any size") {
  EchoMessage sent;
  sent.fill(1000);
  CHECK(sent.is_whole());
  CHECK(sent.bytes().size() == 1004);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{5000}}) {
    EchoMessage message;
    message.begin();
    Bytes rest = sent.bytes();
    while (!message.is_whole()) {
      const std::size_t size = std::min(piece, message.space().size());
      REQUIRE(size > 0);
      std::ranges::copy(rest.first(size), message.space().begin());
      rest = rest.subspan(size);
      CHECK(message.received(size));
    }
    CHECK(rest.empty());
    CHECK(message.space().empty());
    CHECK(message.reads() == (piece == 1 ? 1004 : piece == 3 ? 2 + 334 : 2));
    CHECK(std::ranges::equal(message.bytes(), sent.bytes()));
    message.begin();
    CHECK_FALSE(message.is_whole());
    CHECK(message.space().size() == EchoMessage::kPrefixBytes);
  }
}

TEST_CASE("an empty message is complete after its size, and one that is too large is refused") {
  EchoMessage message;
  message.begin();
  std::ranges::copy(prefix_of(SizePrefix::be32, 0), message.space().begin());
  CHECK(message.received(4));
  CHECK(message.is_whole());
  message.begin();
  std::ranges::copy(prefix_of(SizePrefix::be32, EchoMessage::kLargest + 1),
                    message.space().begin());
  CHECK_FALSE(message.received(4));
}

TEST_CASE("the measured time is that of the round trip") {
  Stage stage;
  asio::io_context io(1);
  EchoClient client(io, stage.endpoint, {}, kLong);
  for (const std::size_t size : {std::size_t{4}, std::size_t{1} << 20}) {
    const EchoMeasurement measured = client.measure(size, 7);
    CHECK(measured.size == size);
    REQUIRE(measured.times.size() == 7);
    CHECK(measured.time(50).count() > 0);
    CHECK(measured.time(99) >= measured.time(50));
    CHECK(measured.reads_per_message() >= 2);  // its size, and it
    CHECK(measured.megabits_per_second() > 0);
  }
}

TEST_CASE("smaller reads are more reads") {
  Stage stage;
  asio::io_context io(1);
  EchoClient client(io, stage.endpoint, {.max_bytes = 100}, kLong);
  CHECK(client.measure(1000, 3).reads_per_message() >= 11);
}

TEST_CASE("an echo in chunks with pauses takes as long as the pauses, and more reads") {
  Stage stage({.piece_bytes = 100, .pause = milliseconds(2)});
  asio::io_context io(1);
  EchoClient client(io, stage.endpoint, {}, kLong);
  const EchoMeasurement measured = client.measure(1000, 3);  // 1004 bytes in 11 pieces
  CHECK(measured.time(1) >= milliseconds(20));
  CHECK(measured.reads_per_message() > 2);
}

TEST_CASE("a slow echo does not time out while bytes arrive") {
  Stage stage({.piece_bytes = 10, .pause = milliseconds(20)});
  asio::io_context io(1);
  EchoClient client(io, stage.endpoint, {}, milliseconds(1500));
  CHECK(client.measure(1000, 1).time(50) >= milliseconds(2000));
}

TEST_CASE("a stopped measurement returns what it has measured") {
  Stage stage({.piece_bytes = 1, .pause = kLong});
  asio::io_context io(1);
  EchoClient client(io, stage.endpoint, {}, kLong);
  asio::post(io, [&] { client.stop(); });
  CHECK(client.measure(1000, 3).times.empty());
  CHECK(client.is_stopped());
  CHECK(client.measure(4, 3).times.empty());
}

TEST_CASE("percentiles are nearest ranks") {
  EchoMeasurement measured;
  for (int i = 1; i <= 100; ++i) measured.times.emplace_back(101 - i);
  CHECK(measured.time(50).count() == 50);
  CHECK(measured.time(99).count() == 99);
  measured.times.resize(1);
  CHECK(measured.time(99).count() == 100);
}

TEST_CASE(
    "a client that announces too much, or exceeds the limit, is disconnected; the others are "
    "served") {
  Stage stage;
  asio::io_context io(1);
  Peer greedy(io, stage.endpoint);
  greedy.send(prefix_of(SizePrefix::be32, EchoMessage::kLargest + 1));
  REQUIRE(run_until(io, [&] { return greedy.is_closed(); }));
  std::vector<std::unique_ptr<EchoClient>> clients;
  for (std::size_t i = 0; i < EchoServer::kMaxPerAddress; ++i) {
    clients.push_back(std::make_unique<EchoClient>(io, stage.endpoint, ReadSettings(), kLong));
    clients.back()->measure(10, 1);
  }
  Peer surplus(io, stage.endpoint);
  CHECK(run_until(io, [&] { return surplus.is_closed(); }));
  Peer from_elsewhere(io, stage.endpoint, "127.0.0.2");
  from_elsewhere.send(prefix_of(SizePrefix::be32, 0));
  CHECK(run_until(io, [&] { return from_elsewhere.received().size() == 4; }));
  CHECK(clients[0]->measure(10, 1).times.size() == 1);
}

TEST_CASE("an echo server that does not answer, or answers differently, is reported") {
  asio::io_context io(1);
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const Endpoint endpoint{"127.0.0.1", acceptor.local_endpoint().port()};
  EchoClient client(io, endpoint, {}, milliseconds(50));
  CHECK_THROWS_WITH(client.measure(4, 1), Contains("did not answer within 0.05 s"));
  EchoClient other(io, endpoint, {}, kLong);
  Peer accepted(io);
  accepted.accept(acceptor);  // the first one's
  Peer second(io);
  second.accept(acceptor);
  second.send(to_bytes("HTTP/1.1"));
  CHECK_THROWS_WITH(other.measure(4, 1), Contains("does not echo"));
  acceptor.close();
  CHECK_THROWS_WITH(EchoClient(io, endpoint, {}, kLong), Contains("refused"));
}

}  // namespace
}  // namespace jpegwire::echo_test
