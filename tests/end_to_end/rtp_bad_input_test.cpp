// Datagrams that do not belong to an RTP stream, sent to either end during a good stream.

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "end_to_end/pictures.hpp"
#include "end_to_end/rtp_streams.hpp"
#include "end_to_end/udp_peer.hpp"

using namespace jpegwire;
using nlohmann::json;

namespace rtp_bad_input_test {
namespace {

class Noise {
 public:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  std::string bytes(unsigned size) {
    std::string text;
    for (unsigned i = 0; i < size; ++i) text += static_cast<char>(below(256));
    return text;
  }

 private:
  std::mt19937 random_{11};
};

/// A proxy between a sender and a viewer, which forwards the packets and adds others.
class Intruder {
 public:
  Intruder() {
    viewer_.wait_for("waiting for");
    sent_ = frames_over_tcp(sender_);
    pass_on(50);
  }

  void pass_on(int packets, const std::function<void(const std::string&)>& before = {},
               const std::function<void(const std::string&)>& behind = {}) {
    for (int i = 0; i < packets; ++i) {
      const std::string packet = sender_side_.receive();
      if (before) before(packet);
      sender_side_.send(packet, viewer_port_);
      if (behind) behind(packet);
    }
  }

  /// Sends to the media port, or to the port that is `above` it.
  void send(const std::string& bytes, int above = 0) {
    intruding_.send(bytes, static_cast<std::uint16_t>(viewer_port_ + above));
  }

  void send_everywhere(const std::string& bytes) {
    for (int above = 0; above < 3; ++above) send(bytes, above);
  }

  /// Checks that the viewer shows new frames, all as they were sent, and ends cleanly.
  void check_that_stream_goes_on() {
    const std::size_t before = count_files(directory_ / "frames");
    pass_on(400);
    CHECK(eventually([&] { return count_files(directory_ / "frames") >= before + 10; }));
    const json summary = interrupt(viewer_);
    INFO(summary);
    CHECK(summary["reconnects"] == 0);
    CHECK(summary["width"] == 320);
    check_all_sent(jpegs_in(directory_ / "frames"), sent_, 10);
  }

 private:
  const LoopedVideo video_;
  const TemporaryDirectory directory_;
  const std::uint16_t viewer_port_ = free_udp_ports();
  const std::uint16_t sender_port_ = free_udp_ports();
  UdpPeer sender_side_{sender_port_};
  UdpPeer intruding_;
  ViewerProgram viewer_{{rtp_url(viewer_port_), "--timeout", "30", "--save", directory_ / "frames",
                         "--summary", "-"}};
  SenderProgram sender_{video_.options({"--rtp", rtp_address(sender_port_)})};
  std::set<std::string> sent_;
};

std::string with_byte(std::string packet, std::size_t at, unsigned byte) {
  packet[at] = static_cast<char>(byte);
  return packet;
}

std::string with_payload_type(const std::string& packet, unsigned type) {
  return with_byte(packet, 1, (static_cast<unsigned char>(packet[1]) & 0x80U) | type);
}

std::string with_version(const std::string& packet, unsigned version) {
  return with_byte(packet, 0, (static_cast<unsigned char>(packet[0]) & 0x3FU) | version << 6);
}

std::string with_other_ssrc(const std::string& packet) {
  return with_byte(packet, 8, static_cast<unsigned char>(packet[8]) ^ 0x55U);
}

/// An RTCP packet of this type and count, with the body after its header.
std::string rtcp(unsigned type, unsigned count, const std::string& body) {
  const auto words = static_cast<unsigned>(body.size() / 4);
  std::string packet{static_cast<char>(0x80U | count), static_cast<char>(type),
                     static_cast<char>(words >> 8), static_cast<char>(words & 0xFF)};
  return packet + body;
}

}  // namespace

TEST_CASE("a stream whose packets are all refused ends with an error that says why") {
  const LoopedVideo video;
  const std::uint16_t viewer_port = free_udp_ports();
  const std::uint16_t sender_port = free_udp_ports();
  UdpPeer sender_side(sender_port);
  UdpPeer peer;
  const TemporaryDirectory directory;
  const std::string summary_file = directory / "summary.json";
  ViewerProgram viewer({rtp_url(viewer_port), "--timeout", "3", "--summary", summary_file});
  viewer.wait_for("waiting for");
  SenderProgram sender(video.options({"--rtp", rtp_address(sender_port)}));
  const std::string packet = sender_side.receive();
  std::string unsupported = packet;
  constexpr std::size_t kType = 12 + 48 + 4;  // behind the RTP header and the stamp
  unsupported.at(kType) = '\x02';
  peer.send("GET / HTTP/1.1\r\n\r\n", viewer_port);
  peer.send(packet.substr(0, 11), viewer_port);
  peer.send(unsupported, viewer_port);
  peer.send(with_payload_type(packet, 96), viewer_port);
  peer.send(with_payload_type(packet, 96), viewer_port);
  viewer.wait_for("5 packets refused: payload type 96, not RTP/JPEG (26)");
  CHECK_THAT(failure_of(viewer),
             Catch::Contains("no frame from") &&
                 Catch::Contains("(5 packets refused: payload type 96, not RTP/JPEG (26))"));
  const json summary = json::parse(read_file(summary_file));
  CHECK(summary["refused_packets"] ==
        json{{"not_rtp", 1}, {"too_short", 1}, {"unsupported_type", 1}, {"other_payload_type", 2}});
}

TEST_CASE("a relay says which packets it cannot pass on") {
  const std::uint16_t port = free_udp_ports();
  SenderProgram relay({"--source", rtp_url(port)});
  UdpPeer peer;
  CHECK(eventually([&] {  // the relay may not listen yet
    peer.send("this is no packet of a stream", port);
    return relay.has_written("was refused: not RTP");
  }));
}

TEST_CASE("a viewer ignores datagrams without meaning") {
  Intruder intruder;
  Noise noise;
  intruder.pass_on(200, [&](const std::string&) {
    intruder.send_everywhere(noise.bytes(noise.below(1500)));
    intruder.send_everywhere("");
  });
  intruder.send_everywhere(noise.bytes(60'000));
  intruder.check_that_stream_goes_on();
}

TEST_CASE("a viewer ignores noise that begins like RTP") {
  Intruder intruder;
  Noise noise;
  intruder.pass_on(200, [&](const std::string& packet) {
    const std::string head = with_other_ssrc(packet).substr(0, 12 + noise.below(40));
    intruder.send_everywhere(head + noise.bytes(noise.below(1000)));
  });
  intruder.check_that_stream_goes_on();
}

TEST_CASE("a viewer ignores truncated copies of packets") {
  Intruder intruder;
  int packets = 0;
  intruder.pass_on(100, {}, [&](const std::string& packet) {
    if (++packets % 25 != 0) return;
    for (std::size_t size = 0; size < packet.size(); ++size)
      intruder.send_everywhere(packet.substr(0, size));
  });
  intruder.check_that_stream_goes_on();
}

TEST_CASE("a viewer keeps its source when others send to its port") {
  Intruder intruder;
  intruder.pass_on(200, [&](const std::string& packet) {
    intruder.send(with_other_ssrc(packet));
    intruder.send(with_other_ssrc(packet), 2);
  });
  intruder.check_that_stream_goes_on();
}

TEST_CASE("a viewer ignores other payload types and versions") {
  Intruder intruder;
  intruder.pass_on(100, [&](const std::string& packet) {
    for (const unsigned type : {0U, 33U, 96U, 127U})
      intruder.send_everywhere(with_payload_type(packet, type));
    for (const unsigned version : {0U, 1U, 3U})
      intruder.send_everywhere(with_version(packet, version));
  });
  intruder.check_that_stream_goes_on();
}

TEST_CASE("a viewer ignores invalid RTCP, and another source's goodbye") {
  Intruder intruder;
  Noise noise;
  intruder.pass_on(200, [&](const std::string&) {
    for (unsigned type = 192; type < 224; type += 1 + noise.below(4))
      intruder.send_everywhere(rtcp(type, noise.below(32), noise.bytes(4 * noise.below(30))));
    const std::string stranger = noise.bytes(4);
    intruder.send(rtcp(201, 0, stranger) + rtcp(203, 1, stranger), 1);
  });
  intruder.check_that_stream_goes_on();
}

TEST_CASE("a viewer survives the truncation of every packet") {
  const std::uint16_t viewer_port = free_udp_ports(), sender_port = free_udp_ports();
  UdpPeer between(sender_port);
  ViewerProgram viewer({rtp_url(viewer_port), "--timeout", "30", "--summary", "-"});
  viewer.wait_for("waiting for");
  SenderProgram sender(test_card({"--rtp", rtp_address(sender_port)}));
  for (std::size_t i = 0; i < 600; ++i) {
    const std::string packet = between.receive();
    between.send(i % 3 == 0 ? packet.substr(0, i * 7 % packet.size()) : packet, viewer_port);
  }
  for (int i = 0; i < 200; ++i) between.send(between.receive(), viewer_port);
  const json summary = interrupt(viewer);
  INFO(summary);
  CHECK(summary["frames"] >= 5);
}

TEST_CASE("a sender ignores invalid datagrams on its RTCP port") {
  const std::uint16_t port = free_udp_ports();
  UdpPeer media(port), reports(static_cast<std::uint16_t>(port + 1));
  SenderProgram sender(test_card({"--rtp", rtp_address(port), "--nack", "--summary", "-"}));
  const std::string report = reports.receive();
  Noise noise;
  for (int i = 0; i < 2000; ++i) {
    reports.reply(noise.bytes(noise.below(1400)));
    reports.reply(rtcp(192 + noise.below(32), noise.below(32), noise.bytes(4 * noise.below(200))));
    reports.reply(report.substr(0, noise.below(static_cast<unsigned>(report.size()))));
  }
  for (int i = 0; i < 50; ++i) media.receive();
  TcpPeer peer = TcpPeer::connect(sender.port());
  for (int i = 0; i < 5; ++i) CHECK(peer.receive_frame());
  reports.receive();
  const json summary = interrupt(sender);
  CHECK(summary["viewers"].size() == 2);
  CHECK(complaints_of(sender).empty());
}

TEST_CASE("a flood of requests for lost packets does not stop a sender") {
  const std::uint16_t port = free_udp_ports();
  UdpPeer media(port), reports(static_cast<std::uint16_t>(port + 1));
  SenderProgram sender(test_card({"--rtp", rtp_address(port), "--nack", "--summary", "-"}));
  const std::string source = reports.receive().substr(4, 4);
  const std::string me = "here";
  for (int i = 0; i < 200; ++i) {
    const std::string sequence = media.receive().substr(2, 2);
    for (int again = 0; again < 40; ++again)
      reports.reply(rtcp(201, 0, me) + rtcp(205, 1, me + source + sequence + "\xff\xff"));
  }
  TcpPeer peer = TcpPeer::connect(sender.port());
  for (int i = 0; i < 5; ++i) CHECK(peer.receive_frame());
  const json summary = interrupt(sender);
  const auto is_rtp = [](const json& viewer) { return viewer["kind"] == "rtp"; };
  const json rtp = *std::ranges::find_if(summary["viewers"], is_rtp);
  INFO(rtp);
  CHECK(rtp["retransmitted"] > 0);
  CHECK(rtp["retransmitted"] <= 3 * rtp["packets"].get<int>());  // however often requested
}

}  // namespace rtp_bad_input_test
