#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "net/sockets/datagram_input.hpp"
#include "net/sockets/datagram_output.hpp"
#include "net/sockets/udp_socket.hpp"

using namespace jpegwire;

namespace datagrams_test {
namespace {

using Method = DatagramOutput::Method;

/// Two sockets on loopback, the one connected to the other.
struct Pair {
  explicit Pair() {
    const auto port = input.local_endpoint().port();
    output = open_output(io, {asio::ip::address_v4::loopback(), port}, {});
    DatagramInput::enable(input.native_handle());
  }

  std::vector<std::string> receive(std::size_t count) {
    std::vector<std::string> datagrams;
    DatagramInput reader;
    while (datagrams.size() < count) {
      input.wait(asio::ip::udp::socket::wait_read);
      DatagramInput::Batch batch;
      while (reader.receive(input.native_handle(), batch))
        while (!batch.bytes.empty()) {
          const Bytes bytes = batch.take_datagram();
          datagrams.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        }
    }
    return datagrams;
  }

  asio::io_context io;
  asio::ip::udp::socket input{io, {asio::ip::address_v4::loopback(), 0}};
  asio::ip::udp::socket output{io};

  // The reader expects it not to block.
  bool is_ready = (input.non_blocking(true), true);
};

Bytes as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

}  // namespace

TEST_CASE("datagrams of any sizes arrive as they were, gathered from two places", "[datagrams]") {
  const Method method = GENERATE(Method::segmented, Method::batched, Method::single);
  CAPTURE(static_cast<int>(method));
  std::vector<std::string> heads;
  std::vector<std::string> bodies;
  for (const std::size_t size : {900U, 900U, 900U, 300U, 900U, 40U, 50U, 50U, 1U})
    for (int i = 0; i < 5; ++i) {
      heads.push_back(std::to_string(heads.size()) + ":");
      bodies.emplace_back(size - heads.back().size() % size, static_cast<char>('a' + i));
    }
  std::vector<GatheredDatagram> datagrams;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    datagrams.push_back({as_bytes(heads[i]), as_bytes(bodies[i])});
    expected.push_back(heads[i] + bodies[i]);
  }
  Pair pair;
  DatagramOutput output(method);
  CHECK(output.send(pair.output.native_handle(), datagrams) == datagrams.size());
  CHECK(output.failed() == 0);
  CHECK(pair.receive(expected.size()) == expected);
}

TEST_CASE("a run larger than an IP packet is cut", "[datagrams]") {
  const std::string body(8972, 'x');
  const std::vector<GatheredDatagram> datagrams(20, {{}, as_bytes(body)});
  Pair pair;
  DatagramOutput output;
  CHECK(output.send(pair.output.native_handle(), datagrams) == datagrams.size());
  CHECK(pair.receive(20) == std::vector<std::string>(20, body));
}

TEST_CASE("an absent receiver costs datagrams and nothing else", "[datagrams]") {
  const Method method = GENERATE(Method::segmented, Method::batched, Method::single);
  Pair pair;
  DatagramOutput output(method);
  const std::string body = "anybody there?";
  const std::vector<GatheredDatagram> datagrams(4, {{}, as_bytes(body)});
  const auto address = pair.input.local_endpoint();
  pair.input.close();
  for (int i = 0; i < 10; ++i)
    CHECK(output.send(pair.output.native_handle(), datagrams) == datagrams.size());
  pair.input = asio::ip::udp::socket(pair.io, address);
  pair.input.non_blocking(true);
  output.send(pair.output.native_handle(), datagrams);
  CHECK(pair.receive(4) == std::vector<std::string>(4, body));
}

TEST_CASE("a datagram larger than UDP can carry is dropped, and the next one is sent",
          "[datagrams]") {
  const std::string large(70'000, 'x');
  const std::string small = "small";
  const std::vector<GatheredDatagram> datagrams{{{}, as_bytes(large)}, {{}, as_bytes(small)}};
  Pair pair;
  DatagramOutput output;
  CHECK(output.send(pair.output.native_handle(), datagrams) == 2);
  CHECK(output.failed() == 1);
  CHECK(output.last_error() == std::errc::message_size);
  CHECK(pair.receive(1) == std::vector<std::string>{small});
}

TEST_CASE("an interface or address that this machine lacks is named in the error", "[datagrams]") {
  asio::io_context io;
  const asio::ip::udp::endpoint group(asio::ip::make_address("239.255.1.2"), 5004);
  CHECK_THROWS_WITH(open_output(io, group, {.interface = "nosuch0"}),
                    Catch::Contains("no interface 'nosuch0'"));
  CHECK_THROWS_WITH(open_input(io, {"239.255.1.2%nosuch0", 5004}),
                    Catch::Contains("no interface 'nosuch0'"));
  CHECK_THROWS_WITH(open_input(io, {"203.0.113.9", 5004}),
                    Catch::Contains("no interface of this machine has the address"));
  const asio::ip::udp::socket taken = open_input(io, {"127.0.0.1", 0});
  CHECK_THROWS_WITH(open_input(io, {"127.0.0.1", taken.local_endpoint().port()}),
                    Catch::Contains("choose another"));
  CHECK_FALSE(try_open_input(io, {"127.0.0.1", taken.local_endpoint().port()}, "so be it"));
}

TEST_CASE("the kernel's cap on a receive buffer is seen", "[datagrams]") {
  asio::io_context io;
  asio::ip::udp::socket socket = open_input(io, {"127.0.0.1", 0});
  CHECK(enlarge_receive_buffer(socket, 65'536) >= 65'536);
  std::size_t cap = 0;
  std::ifstream("/proc/sys/net/core/rmem_max") >> cap;
  if (cap > 0) CHECK(enlarge_receive_buffer(socket, std::size_t{1} << 30) == cap);
}

}  // namespace datagrams_test
