// Tests of the impairment proxy itself, so that other tests can rely on it.

#include "end_to_end/impairment_proxy.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "end_to_end/udp_peer.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace impairment_proxy_test {
namespace {

/// A viewer's three ports with the proxy in front of them, and a sender.
struct Network {
  explicit Network(const Command& options = {}) : proxy(base, options) {}

  std::uint16_t proxy_port(int index) { return static_cast<std::uint16_t>(proxy.port() + index); }
  static std::uint16_t behind(std::uint16_t port, int index) {
    return static_cast<std::uint16_t>(port + index);
  }

  /// Sends datagrams to the media port, followed by RTCP, which is not impaired.
  void send_media(int count) {
    for (int i = 0; i < count; ++i) sender.send(std::to_string(i), proxy_port(0));
  }

  std::uint16_t base = free_udp_ports();
  UdpPeer media{base};
  UdpPeer rtcp{behind(base, 1)};
  UdpPeer repair{behind(base, 2)};
  UdpPeer sender;
  ImpairmentProxy proxy;
};

}  // namespace

TEST_CASE("the proxy forwards each port to the viewer's port of the same kind") {
  Network network;
  network.sender.send("media", network.proxy_port(0));
  network.sender.send("rtcp", network.proxy_port(1));
  network.sender.send("repair", network.proxy_port(2));
  CHECK(network.media.receive() == "media");
  CHECK(network.rtcp.receive() == "rtcp");
  CHECK(network.repair.receive() == "repair");
  CHECK(network.proxy_port(0) % 2 == 0);
  for (const json& counts : network.proxy.end()) {
    CHECK(counts["in"] == 1);
    CHECK(counts["out"] == 1);
    CHECK(counts["dropped"] == 0);
  }
}

TEST_CASE("the proxy returns a reply to the last sender, from the port that it sent to") {
  Network network;
  UdpPeer other;
  network.sender.send("first", network.proxy_port(1));
  CHECK(network.rtcp.receive() == "first");
  network.rtcp.reply("to the first");
  CHECK(network.sender.receive() == "to the first");
  CHECK(network.sender.last_port() == network.proxy_port(1));
  other.send("second", network.proxy_port(1));
  CHECK(network.rtcp.receive() == "second");
  network.repair.send("to the second", network.rtcp.last_port());
  CHECK(other.receive() == "to the second");
  const json counts = network.proxy.end();
  CHECK(counts["rtcp"]["returned"] == 2);
  CHECK(counts["rtcp"]["failed"] == 0);
  CHECK(counts["media"]["returned"] == 0);
}

TEST_CASE("a reply without a sender is counted, and the proxy continues") {
  Network network;
  network.sender.send("media", network.proxy_port(0));
  CHECK(network.media.receive() == "media");
  // The proxy's own ports are consecutive, and nothing has been sent to its RTCP port.
  const auto rtcp_source = Network::behind(network.media.last_port(), 1);
  network.rtcp.send("report", rtcp_source);
  network.sender.send("rtcp", network.proxy_port(1));
  CHECK(network.rtcp.receive() == "rtcp");
  CHECK(network.rtcp.last_port() == rtcp_source);
  CHECK(network.proxy.end()["rtcp"]["failed"] == 1);
}

TEST_CASE("the proxy continues while its viewer is absent") {
  const std::uint16_t viewer_port = free_udp_ports();
  ImpairmentProxy proxy(viewer_port);
  UdpPeer sender;
  sender.send("lost", proxy.port());
  sender.send("lost too", proxy.port());
  CHECK(proxy.end()["media"]["in"] == 2);
}

TEST_CASE("with --drop 100 the proxy forwards RTCP only") {
  Network network({"--drop", "100"});
  network.send_media(50);
  network.sender.send("repair", network.proxy_port(2));
  network.sender.send("rtcp", network.proxy_port(1));
  CHECK(network.rtcp.receive() == "rtcp");
  const json counts = network.proxy.end();
  CHECK(counts["media"]["dropped"] == 50);
  CHECK(counts["media"]["out"] == 0);
  CHECK(counts["repair"]["dropped"] == 1);
  CHECK(network.media.has_received_nothing());
  CHECK(network.repair.has_received_nothing());
}

TEST_CASE("the option --impair-rtcp impairs RTCP too") {
  Network network({"--drop", "100", "--impair-rtcp"});
  network.sender.send("rtcp", network.proxy_port(1));
  CHECK(network.proxy.end()["rtcp"]["dropped"] == 1);
  CHECK(network.rtcp.has_received_nothing());
}

TEST_CASE("the proxy forwards delayed and held datagrams when it ends") {
  Network network({"--delay", "50000", "--reorder", "30", "--reorder-depth", "4"});
  network.send_media(100);
  const json counts = network.proxy.end();
  CHECK(counts["media"]["in"] == 100);
  CHECK(counts["media"]["out"] == 100);
  CHECK(counts["media"]["reordered"] > 10);
  std::set<std::string> received;
  for (int i = 0; i < 100; ++i) received.insert(network.media.receive());
  CHECK(received.size() == 100);
}

TEST_CASE("a delayed datagram arrives after the delay") {
  Network network({"--delay", "200"});
  const auto start = std::chrono::steady_clock::now();
  network.send_media(1);
  CHECK(network.media.receive() == "0");
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(200));
}

TEST_CASE("the same seed drops the same datagrams") {
  std::set<std::string> received[2];
  for (auto& once : received) {
    Network network({"--drop", "30", "--burst", "10", "--burst-length", "3", "--seed", "5"});
    network.send_media(200);
    const int out = network.proxy.end()["media"]["out"];
    for (int i = 0; i < out; ++i) once.insert(network.media.receive());
  }
  CHECK(received[0] == received[1]);
  CHECK(received[0].size() > 80);
  CHECK(received[0].size() < 170);
}

TEST_CASE("a signal ends the proxy, which prints its counts") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  ImpairmentProxy proxy(free_udp_ports());
  proxy.port();
  proxy.send_signal(signal);
  CHECK(summary_of(proxy)["media"]["in"] == 0);
}

TEST_CASE("the proxy ends when its time is up") {
  ImpairmentProxy proxy(free_udp_ports(), {"--seconds", "0.1"});
  CHECK(summary_of(proxy)["repair"]["out"] == 0);
}

TEST_CASE("the proxy names an invalid option") {
  ImpairmentProxy proxy(free_udp_ports(), {"--drop", "101"});
  CHECK_THAT(failure_of(proxy, 2), Contains("'101' is not a number from 0 to 100"));
}

TEST_CASE("free ports differ from call to call") {
  std::set<std::uint16_t> bases;
  for (int i = 0; i < 20; ++i) bases.insert(free_udp_ports());
  CHECK(bases.size() == 20);
}

}  // namespace impairment_proxy_test
