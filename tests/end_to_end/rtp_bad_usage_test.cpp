// Each error of an RTP stream at startup is reported in one line.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/rtp_streams.hpp"
#include "end_to_end/udp_peer.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace rtp_bad_usage_test {
namespace {

std::string wrong_sender_usage(const Command& options) {
  SenderProgram sender(test_card(options));
  return failure_of(sender, 2);
}

std::string wrong_viewer_usage(const std::string& url) {
  ViewerProgram viewer({url});
  return failure_of(viewer, 2);
}

std::string failure_of_sender(const Command& options) {
  SenderProgram sender(test_card(options));
  return failure_of(sender);
}

std::string failure_of_viewer(const std::string& url) {
  ViewerProgram viewer({url});
  return failure_of(viewer);
}

Command with_rtp(const Command& more) {
  return Command{"--rtp", rtp_address(free_udp_ports())} + more;
}

/// The error of the program in a network namespace with no interface but loopback, and that only if
/// it is up.
std::string failure_without_network(const std::string& command,
                                    const std::string& before = "true") {
  Process program({"unshare", "--net", "sh", "-c", before + "; exec " + command},
                  environment_of_programs());
  return failure_of(program);
}

/// The error of a sender whose source is a picture with these properties.
std::string failure_with_picture(const Command& properties) {
  const TemporaryDirectory directory;
  output_of({"convert", "-size", "320x240", "plasma:red-blue", directory / "picture.ppm"});
  output_of(Command{"cjpeg"} + properties +
            Command{"-outfile", directory / "picture.jpg", directory / "picture.ppm"});
  SenderProgram sender(
      {"--source", directory / "picture.jpg", "--rtp", rtp_address(free_udp_ports())});
  return failure_of(sender);
}

}  // namespace

TEST_CASE("options that need --rtp are usage errors without it") {
  for (const Command& option :
       {Command{"--fec", "20"}, Command{"--nack"}, Command{"--pace"}, Command{"--mtu", "1000"},
        Command{"--sdp", "stream.sdp"}, Command{"--ttl", "2"}, Command{"--interface", "lo"}})
    CHECK_THAT(wrong_sender_usage(option), StartsWith("jpegwire-sender: ") && Contains(option[0]) &&
                                               Contains("requires --rtp"));
}

TEST_CASE("invalid values of the RTP options are usage errors") {
  for (const std::string percent : {"0", "101", "x", "-5", "20%"})
    CHECK_THAT(wrong_sender_usage(with_rtp({"--fec", percent})),
               Contains("--fec: '" + percent + "'") && Contains("auto") && Contains("1 to 100"));
  for (const std::string size : {"100", "10000", "x"})
    CHECK_THAT(wrong_sender_usage(with_rtp({"--mtu", size})),
               Contains("--mtu: '" + size + "'") && Contains("256 to 8972"));
  CHECK_THAT(wrong_sender_usage(with_rtp({"--ttl", "256"})), Contains("--ttl") && Contains("255"));
  CHECK_THAT(wrong_sender_usage(with_rtp({"--ttl", "-1"})), Contains("--ttl"));
  CHECK_THAT(wrong_sender_usage({"--nack", "--rtp", "239.255.1.2:5004"}),
             Contains("--nack") && Contains("multicast group") && Contains("--fec"));
}

TEST_CASE("invalid addresses of RTP streams are usage errors") {
  for (const std::string target : {"127.0.0.1", "5004", "localhost:"})
    CHECK_THAT(wrong_sender_usage({"--rtp", target}), Contains("--rtp") && Contains("'"));
  CHECK_THAT(wrong_sender_usage({"--rtp", ":5004"}), Contains("':5004' has no destination"));
  CHECK_THAT(wrong_sender_usage({"--rtp", "127.0.0.1:65534"}),
             Contains("65534") && Contains("RTCP and repair"));
  CHECK_THAT(wrong_viewer_usage("rtp://127.0.0.1"), Contains("127.0.0.1") && Contains("ADDR:PORT"));
  CHECK_THAT(wrong_viewer_usage("rtp://127.0.0.1:0"), Contains("'0' is not a port for RTP"));
  CHECK_THAT(wrong_viewer_usage("rtp://127.0.0.1:65535"), Contains("RTCP and repair"));
}

TEST_CASE("--listen and an RTP URL exclude each other") {
  ViewerProgram viewer({"--listen", tcp_url(free_port()), rtp_url(free_udp_ports())});
  CHECK_THAT(failure_of(viewer, 2), Contains("--listen") && Contains("rtp://"));
}

TEST_CASE("the error for an SDP file that cannot be used names it and the reason") {
  const TemporaryDirectory directory;
  CHECK_THAT(wrong_viewer_usage(directory / "missing.sdp"),
             Contains("missing.sdp") && Contains("No such file"));
  write_file(directory / "text.sdp", "this is no description");
  CHECK_THAT(wrong_viewer_usage(directory / "text.sdp"),
             Contains("text.sdp") && Contains("not a session description"));
  write_file(directory / "h264.sdp",
             "v=0\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n"
             "a=rtpmap:96 H264/90000\r\n");
  CHECK_THAT(wrong_viewer_usage(directory / "h264.sdp"), Contains("no JPEG video"));
  write_file(directory / "nowhere.sdp", "v=0\r\ns=-\r\nm=video 5004 RTP/AVP 26\r\n");
  CHECK_THAT(wrong_viewer_usage(directory / "nowhere.sdp"), Contains("has no address"));
}

TEST_CASE("the error for an SDP file that cannot be written names it and the reason") {
  CHECK_THAT(failure_of_sender(with_rtp({"--sdp", "/no-such-directory/stream.sdp"})),
             Contains("/no-such-directory/stream.sdp") && Contains("No such file or directory"));
}

TEST_CASE("an RTP viewer's port that is in use is named in the error") {
  const std::uint16_t port = free_udp_ports();
  const UdpPeer other(port);
  CHECK_THAT(failure_of_viewer(rtp_url(port)),
             Contains(rtp_address(port)) && Contains("another program uses the port"));
}

TEST_CASE("an RTP viewer shows the stream even if its second or third port is in use") {
  const std::uint16_t port = free_udp_ports();
  const auto above = static_cast<std::uint16_t>(port + GENERATE(1, 2));
  const UdpPeer other(above);
  SenderProgram sender(test_card({"--rtp", rtp_address(port)}));
  ViewerProgram viewer({rtp_url(port), "--timeout", "30", "--frames", "3", "--summary", "-"});
  viewer.wait_for(rtp_address(above));
  CHECK(summary_of(viewer)["frames"] == 3);
}

TEST_CASE("an RTP viewer warns of a receive buffer if it is small") {
  constexpr int kWantedBytes = 4 << 20;
  const bool is_capped = std::stoi(read_file("/proc/sys/net/core/rmem_max")) < kWantedBytes;
  ViewerProgram viewer({rtp_url(free_udp_ports())});
  viewer.wait_for("waiting for");
  CHECK(viewer.has_written("the kernel limits the receive buffer") == is_capped);
}

TEST_CASE("an RTP viewer cannot receive at another machine's address") {
  CHECK_THAT(failure_of_viewer("rtp://203.0.113.1:5004"),
             Contains("203.0.113.1:5004") && Contains("no interface of this machine"));
}

TEST_CASE("an unknown interface or host is named in the error") {
  CHECK_THAT(
      failure_of_sender(with_rtp({"--interface", "nowhere0"})),
      Contains("no interface 'nowhere0'") && Contains("ip link") && Contains("--interface NAME"));
  CHECK_THAT(failure_of_viewer("rtp://239.255.1.2%nowhere0:5004"),
             Contains("no interface 'nowhere0'"));
  CHECK_THAT(failure_of_sender({"--rtp", "no-such-host.invalid:5004"}),
             Contains("no-such-host.invalid"));
}

TEST_CASE("the error for a broadcast address says that it is one") {
  const std::string failure = failure_of_sender({"--rtp", "255.255.255.255:5004"});
  CHECK_THAT(failure, Contains("255.255.255.255:5004") && Contains("broadcast"));
}

TEST_CASE("a sender without a route to the address reports that") {
  if (!may_make_network_namespaces()) return;
  const std::string sender = JPEGWIRE_SENDER " --source test --tcp off --http off --rtp ";
  CHECK_THAT(failure_without_network(sender + "10.1.2.3:5004"),
             Contains("10.1.2.3:5004") && Contains("there is no route to it"));
  CHECK_THAT(failure_without_network(sender + "239.255.1.2:5004", "ip link set lo up"),
             Contains("239.255.1.2:5004") && Contains("there is no route to it"));
}

TEST_CASE("a multicast group that cannot be joined is reported") {
  if (!may_make_network_namespaces()) return;
  const std::string viewer = JPEGWIRE_VIEWER " --headless rtp://239.255.1.2:5004";
  for (const std::string before : {"true", "ip link set lo up"})
    CHECK_THAT(failure_without_network(viewer, before),
               Contains("239.255.1.2:5004") && Contains("there is no route to the group"));
}

TEST_CASE("a size that RTP cannot carry ends the sender with a remedy") {
  const std::string size = GENERATE("1924x1080", "640x362", "2048x1536", "1024x2048");
  CHECK_THAT(failure_of_sender(with_rtp({"--size", size, "--fps", "2"})),
             Contains("multiples of 8") && Contains(size) && Contains("ask for --size") &&
                 Contains("watch over TCP"));
}

TEST_CASE("a picture that RTP cannot carry ends the sender with a remedy") {
  const auto [property, reason] = GENERATE(
      table<Command, std::string>({{{"-sample", "1x1"}, "neither 4:2:0 nor 4:2:2"},
                                   {{"-grayscale"}, "neither 4:2:0 nor 4:2:2"},
                                   {{"-optimize"}, "Huffman tables other than the standard"}}));
  CHECK_THAT(failure_with_picture(property),
             Contains(reason) && Contains("--passthrough off") && Contains("watch over TCP"));
}

TEST_CASE("the option --passthrough off makes any picture fit for RTP") {
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  output_of({"convert", "-size", "320x240", "plasma:red-blue", "-sampling-factor", "1x1",
             directory / "picture.jpg"});
  SenderProgram sender(
      {"--source", directory / "picture.jpg", "--passthrough", "off", "--rtp", rtp_address(port)});
  ViewerProgram viewer({rtp_url(port), "--timeout", "30", "--frames", "3", "--summary", "-"});
  CHECK(summary_of(viewer)["frames"] == 3);
}

}  // namespace rtp_bad_usage_test
