#include "net/sockets/connector.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "net/sockets/dialer.hpp"
#include "support/loopback.hpp"

namespace jpegwire::connector_test {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::milliseconds;

tcp::endpoint at(const char* address, std::uint16_t port = 0) {
  return {asio::ip::make_address(address), port};
}

tcp::endpoint listening(asio::io_context& io, tcp::acceptor& acceptor, const char* address) {
  acceptor = tcp::acceptor(io, at(address));
  return acceptor.local_endpoint();
}

/// An address that refuses connections, since nobody listens there.
tcp::endpoint closed_port(asio::io_context& io) {
  return tcp::acceptor(io, at("127.0.0.1")).local_endpoint();
}

/// An address that does not answer: its backlog is full, so the kernel drops further attempts.
class BlackHole {
 public:
  explicit BlackHole(asio::io_context& io) : acceptor_(io) {
    acceptor_.open(tcp::v4());
    acceptor_.bind(at("127.0.0.1"));
    acceptor_.listen(0);
    waiting_.connect(endpoint());
  }

  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

  /// Makes room in the backlog, so that an attempt that goes on succeeds.
  void open() { acceptor_.accept(); }

 private:
  tcp::acceptor acceptor_;
  tcp::socket waiting_{acceptor_.get_executor()};
};

struct Result {
  std::error_code error;
  tcp::endpoint peer;  // if there is no error
};

class Bench {
 public:
  explicit Bench(milliseconds delay) : connector_(io, delay) {}

  void start(const Connector::Addresses& addresses) {
    connector_.start(addresses, [this](std::error_code error, tcp::socket socket) {
      REQUIRE_FALSE(result);
      result = Result{error, error ? tcp::endpoint() : socket.remote_endpoint()};
    });
  }

  void cancel() { connector_.cancel(); }

  asio::io_context io;
  std::optional<Result> result;

 private:
  Connector connector_;
};

TEST_CASE("addresses of both families take turns, each family in its own order") {
  const auto order = [](const std::vector<const char*>& addresses) {
    Connector::Addresses endpoints;
    for (const char* address : addresses) endpoints.push_back(at(address));
    std::vector<std::string> texts;
    for (const auto& endpoint : interleave_families(endpoints))
      texts.push_back(endpoint.address().to_string());
    return texts;
  };
  using Texts = std::vector<std::string>;
  CHECK(order({"::1", "::2", "::3", "10.0.0.1", "10.0.0.2"}) ==
        Texts{"::1", "10.0.0.1", "::2", "10.0.0.2", "::3"});
  CHECK(order({"10.0.0.1", "10.0.0.2", "::1"}) == Texts{"10.0.0.1", "::1", "10.0.0.2"});
  CHECK(order({"10.0.0.2", "10.0.0.1"}) == Texts{"10.0.0.2", "10.0.0.1"});
  CHECK(order({}).empty());
}

TEST_CASE("an attempt that fails starts the next one at once") {
  Bench bench(hours(1));
  tcp::acceptor open(bench.io);
  const auto address = listening(bench.io, open, "127.0.0.1");
  bench.start({closed_port(bench.io), closed_port(bench.io), address});
  REQUIRE(run_until(bench.io, [&] { return bench.result.has_value(); }));
  CHECK_FALSE(bench.result->error);
  CHECK(bench.result->peer == address);
}

TEST_CASE("an address that does not answer does not keep the next one from being tried") {
  Bench bench(milliseconds(1));
  BlackHole hole(bench.io);
  BlackHole other_hole(bench.io);
  tcp::acceptor open(bench.io);
  const auto address = listening(bench.io, open, "127.0.0.1");
  bench.start({hole.endpoint(), other_hole.endpoint(), address});
  REQUIRE(run_until(bench.io, [&] { return bench.result.has_value(); }));
  CHECK(bench.result->peer == address);
}

TEST_CASE("an attempt goes on while others are tried, and may win") {
  Bench bench(milliseconds(1));
  BlackHole slow(bench.io);
  bench.start({slow.endpoint(), closed_port(bench.io)});
  run_until(bench.io, [begin = std::chrono::steady_clock::now()] {
    return std::chrono::steady_clock::now() - begin > milliseconds(50);
  });
  REQUIRE_FALSE(bench.result);
  slow.open();  // the kernel's next SYN is answered
  REQUIRE(run_until(bench.io, [&] { return bench.result.has_value(); }));
  CHECK_FALSE(bench.result->error);
  CHECK(bench.result->peer == slow.endpoint());
}

TEST_CASE("the other attempts are closed when one has won") {
  Bench bench(milliseconds(1));
  BlackHole hole(bench.io);
  tcp::acceptor open(bench.io);
  bench.start({hole.endpoint(), listening(bench.io, open, "127.0.0.1")});
  REQUIRE(run_until(bench.io, [&] { return bench.result.has_value(); }));
  bench.io.restart();
  bench.io.run();  // ends, since no attempt and no timer is left
}

TEST_CASE("the other family is tried when the first refuses") {
  Bench bench(hours(1));
  tcp::acceptor open(bench.io);
  std::error_code error;
  const auto address = at("::1");
  open.open(tcp::v6(), error);
  if (!error) open.bind(address, error);
  if (error) return;  // this machine has no IPv6
  open.listen();
  const tcp::endpoint v6 = open.local_endpoint();
  bench.start({closed_port(bench.io), closed_port(bench.io), v6});
  REQUIRE(run_until(bench.io, [&] { return bench.result.has_value(); }));
  CHECK(bench.result->peer == v6);
}

TEST_CASE("if no address can be connected to, a refusal is the reason given") {
  Bench bench(hours(1));
  bench.start({closed_port(bench.io), at("255.255.255.255", 1)});
  REQUIRE(run_until(bench.io, [&] { return bench.result.has_value(); }));
  CHECK(bench.result->error == asio::error::connection_refused);
}

TEST_CASE("a connector that is cancelled calls nobody") {
  Bench bench(milliseconds(1));
  tcp::acceptor open(bench.io);
  bench.start({listening(bench.io, open, "127.0.0.1")});
  bench.cancel();
  bench.io.run();
  CHECK_FALSE(bench.result);
}

TEST_CASE("a dialer connects to a name") {
  asio::io_context io;
  tcp::acceptor open(io);
  const std::uint16_t port = listening(io, open, "127.0.0.1").port();
  std::optional<tcp::endpoint> peer;
  Dialer dialer(
      io, {"localhost", port},
      [&](Dialer&, tcp::socket socket) { peer = socket.remote_endpoint(); },
      [](Dialer&, std::error_code error) { FAIL(error.message()); });
  dialer.dial();
  REQUIRE(run_until(io, [&] { return peer.has_value(); }));
  CHECK(peer->port() == port);
}

}  // namespace
}  // namespace jpegwire::connector_test
