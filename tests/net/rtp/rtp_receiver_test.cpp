#include "net/rtp/rtp_receiver.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "net/rtp/format/ntp_time.hpp"
#include "net/rtp/format/rtcp_reader.hpp"
#include "net/rtp/format/rtcp_writer.hpp"
#include "support/loopback.hpp"
#include "support/recorder.hpp"
#include "support/rtp_frames.hpp"

namespace jpegwire::rtp_receiver_test {
namespace {

using namespace test;
using asio::ip::udp;

constexpr std::uint32_t kSsrc = 7;

udp::endpoint on_loopback(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }

/// The first of three free ports in a row.
std::uint16_t free_ports(asio::io_context& io) {
  for (;;) {
    udp::socket first(io, on_loopback(0));
    const std::uint16_t port = first.local_endpoint().port();
    if (port > 65'000) continue;
    std::error_code taken;
    for (const int above : {1, 2}) {
      udp::socket next(io, udp::v4());
      if (!taken) next.bind(on_loopback(static_cast<std::uint16_t>(port + above)), taken);
    }
    if (!taken) return port;
  }
}

/// A receiver and the sender that it listens to, in one thread. The sender's clock may be set.
struct Stage {
  Stage() {
    reports.non_blocking(true);
    receiver.start();
  }
  ~Stage() { receiver.stop(); }

  void send(Bytes datagram) {
    media.send_to(asio::buffer(datagram.data(), datagram.size()), on_loopback(port));
    run_ready(io);
  }

  /// The datagrams of the next frame.
  std::vector<ByteVector> next_frame() {
    const WallTime now = steady_now() + ahead;
    const StampExtension extension{
        .stamp = {.stream_id = 1, .sequence = sequence++, .capture_time = now, .send_time = now}};
    REQUIRE(packetizer.begin_frame(*frame, extension) == JpegFitness::fit);
    std::vector<OutgoingPacket> packets;
    while (packetizer.has_more_bands()) packetizer.add_band(packets);
    std::vector<ByteVector> datagrams;
    for (const OutgoingPacket& packet : packets) {
      ByteVector datagram(packet.head().begin(), packet.head().end());
      append(datagram, packet.data);
      datagrams.push_back(std::move(datagram));
    }
    return datagrams;
  }

  /// What the receiver says of the sender's clock for a frame that is sent now.
  std::optional<microseconds> send_frame() {
    for (const ByteVector& datagram : next_frame()) send(datagram);
    REQUIRE(run_until(io, [&] { return recorder.frames.size() == sequence; }));
    return recorder.frames.back()->sender_ahead;
  }

  /// Sends a report that echoes the receiver's latest time.
  void send_report() {
    RtcpWriter writer;
    writer.sender_report(kSsrc, {.time = steady_now() + ahead});
    writer.description(kSsrc, "sender");
    if (echo) writer.reference_time_echoes(kSsrc, std::span(&*echo, 1));
    reports.send_to(asio::buffer(writer.bytes().data(), writer.bytes().size()),
                    on_loopback(static_cast<std::uint16_t>(port + 1)));
    run_ready(io);
  }

  /// Whether another report of the receiver has arrived.
  bool take_report() {
    std::array<std::byte, kMaxRtcpSizeBytes> buffer;
    std::error_code error;
    const std::size_t size = reports.receive(asio::buffer(buffer), 0, error);
    if (error) return false;
    const auto report = parse_rtcp(Bytes(buffer).first(size));
    if (!report || !report->reference_time) return false;
    echo = {.ssrc = report->sender_ssrc, .last_reference = report->last_reference};
    return true;
  }

  /// Lets the receiver learn the sender's clock, as two programs do it.
  void exchange_reports() {
    REQUIRE(run_until(io, [&] { return take_report(); }));
    while (take_report()) continue;
    send_report();
  }

  /// How the next frame arrived of those that the receiver reports.
  FrameReception take_frame_report() {
    std::optional<FrameReception> reception;
    REQUIRE(run_until(io, [&] {
      std::array<std::byte, kMaxRtcpSizeBytes> buffer;
      std::error_code error;
      const std::size_t size = reports.receive(asio::buffer(buffer), 0, error);
      const auto report = error ? std::nullopt : parse_rtcp(Bytes(buffer).first(size));
      if (report) reception = report->frame;
      return reception.has_value();
    }));
    return *reception;
  }

  asio::io_context io{1};
  const std::uint16_t port = free_ports(io);
  Recorder recorder;
  RtpReceiver receiver{io,
                       {.session = {.address = "127.0.0.1", .port = port},
                        .url = "rtp://127.0.0.1",
                        .timeout = std::chrono::seconds(60),
                        .max_frame_bytes = std::size_t{1} << 20},
                       recorder};
  udp::socket media{io, on_loopback(0)};
  udp::socket reports{io, on_loopback(0)};
  JpegPacketizer packetizer{{.ssrc = kSsrc}};
  FramePointer frame = encoded(32, 48);
  std::uint32_t sequence = 0;
  microseconds ahead = std::chrono::seconds(100);
  std::optional<ReferenceTimeEcho> echo;
};

TEST_CASE("over RTP, frames have no age from the moment a clock was set until the next echo") {
  Stage stage;
  CHECK_FALSE(stage.send_frame());
  stage.send_report();
  stage.exchange_reports();
  CHECK(stage.send_frame());
  const auto set = GENERATE(std::chrono::hours(2), std::chrono::hours(-2));
  stage.ahead += set;
  for (int i = 0; i < 3; ++i) CHECK_FALSE(stage.send_frame());
  stage.exchange_reports();
  const std::optional<microseconds> ahead = stage.send_frame();
  REQUIRE(ahead);
  CHECK(std::chrono::abs(*ahead - stage.ahead) < std::chrono::seconds(60));
}

TEST_CASE("packets that belong to no RTP/JPEG stream are reported, whichever source they have") {
  Stage stage;
  const auto send_refused = [&] {
    ByteVector packet(kRtpHeaderSizeBytes);
    put_rtp_header(packet, {.payload_type = 96, .ssrc = kSsrc}, false);
    stage.send(packet);
    put_rtp_header(packet, {.payload_type = 26, .sequence = 100, .ssrc = kSsrc}, false);
    append(packet, to_bytes({0, 0, 0, 0, 1, 50, 0, 0, 1}));  // no size
    stage.send(packet);
    stage.send(to_bytes("no packet at all"));
  };
  send_refused();
  CHECK(stage.recorder.peers.empty());
  stage.send_frame();
  send_refused();
  const std::vector<RefusedPacket> once{{PacketFault::other_payload_type, 96, 26},
                                        {PacketFault::no_size, 26, 26},
                                        {PacketFault::not_rtp, 0, 26}};
  std::vector<RefusedPacket> twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  CHECK(stage.recorder.refused_packets == twice);
}

TEST_CASE("packets of another source are counted and not shown") {
  Stage stage;
  stage.send_frame();
  ByteVector packet(kRtpHeaderSizeBytes);
  put_rtp_header(packet, {.payload_type = 26, .sequence = 100, .ssrc = kSsrc + 1}, false);
  append(packet, to_bytes({0, 0, 0, 0, 1, 50, 2, 2, 1}));
  stage.send(packet);
  CHECK(stage.recorder.refused_packets ==
        std::vector<RefusedPacket>{{PacketFault::other_source, 26, 26}});
}

/// A socket that is not the sender's: on another port, or on another address.
udp::socket stranger_to(Stage& stage) {
  const auto host = GENERATE(as<std::string>(), "127.0.0.1", "127.0.0.2");
  CAPTURE(host);
  udp::socket socket(stage.io, udp::endpoint(asio::ip::make_address_v4(host), 0));
  socket.non_blocking(true);
  return socket;
}

/// Sends to the receiver's port, or to the port that is `above` it.
void send_from(udp::socket& socket, Stage& stage, Bytes datagram, int above) {
  socket.send_to(asio::buffer(datagram.data(), datagram.size()),
                 on_loopback(static_cast<std::uint16_t>(stage.port + above)));
  run_ready(stage.io);
}

TEST_CASE("a goodbye from elsewhere does not end a stream") {
  Stage stage;
  udp::socket stranger = stranger_to(stage);
  stage.send_frame();
  stage.send_report();
  RtcpWriter goodbye;
  goodbye.receiver_report(kSsrc, {});
  goodbye.bye(kSsrc);
  REQUIRE(goodbye.bytes().size() == 16);
  RtcpWriter with_report;
  with_report.sender_report(kSsrc, {.time = steady_now()});
  with_report.bye(kSsrc);
  for (const Bytes forged : {goodbye.bytes(), with_report.bytes()}) {
    send_from(stranger, stage, forged, 1);
    stage.send_frame();
  }
  CHECK_FALSE(stage.recorder.end);
  CHECK(stage.recorder.peers.size() == 1);
  CHECK(stage.recorder.refused_packets ==
        std::vector<RefusedPacket>(2, {PacketFault::other_address, 0, 26}));
}

TEST_CASE("a goodbye from the sender's own port ends a stream") {
  Stage stage;
  stage.send_frame();
  stage.send_report();
  RtcpWriter goodbye;
  goodbye.receiver_report(kSsrc, {});
  goodbye.bye(kSsrc);
  send_from(stage.reports, stage, goodbye.bytes(), 1);
  CHECK(run_until(stage.io, [&] { return stage.recorder.end.has_value(); }));
  CHECK(stage.recorder.end == "");
}

TEST_CASE("packets that are replayed from elsewhere cost no frame") {
  Stage stage;
  udp::socket stranger = stranger_to(stage);
  stage.frame = encoded(320, 240, {.quality = 90, .bands = 4});
  std::vector<ByteVector> replayed;
  while (replayed.size() < 150) {
    for (ByteVector& datagram : stage.next_frame()) {
      stage.send(datagram);
      replayed.push_back(std::move(datagram));
    }
  }
  for (const ByteVector& datagram : replayed) send_from(stranger, stage, datagram, 0);
  for (int i = 0; i < 5; ++i) stage.send_frame();
  CHECK(stage.recorder.peers.size() == 1);
  CHECK(stage.receiver.packet_counts()->lost == 0);
  CHECK(stage.recorder.refused_packets ==
        std::vector<RefusedPacket>(replayed.size(), {PacketFault::other_address, 26, 26}));
}

TEST_CASE("reports from elsewhere do not change the age of frames") {
  Stage stage;
  udp::socket stranger = stranger_to(stage);
  stage.send_frame();
  stage.send_report();
  stage.exchange_reports();
  REQUIRE(stage.send_frame());
  for (int i = 0; i < 10; ++i) {
    RtcpWriter writer;
    writer.sender_report(kSsrc, {.time = steady_now() + stage.ahead - std::chrono::hours(1)});
    const ReferenceTimeEcho echo{.ssrc = stage.echo->ssrc,
                                 .last_reference = to_compact(steady_now())};
    writer.reference_time_echoes(kSsrc, {&echo, 1});
    send_from(stranger, stage, writer.bytes(), 1);
  }
  const std::optional<microseconds> ahead = stage.send_frame();
  REQUIRE(ahead);
  CHECK(std::chrono::abs(*ahead - stage.ahead) < std::chrono::seconds(60));
}

TEST_CASE("one report with another clock does not change the age of frames") {
  Stage stage;
  stage.send_frame();
  stage.send_report();
  stage.exchange_reports();
  REQUIRE(stage.send_frame());
  const auto set = GENERATE(std::chrono::hours(1), std::chrono::hours(-1));
  stage.ahead += set;
  stage.exchange_reports();
  stage.ahead -= set;
  const std::optional<microseconds> ahead = stage.send_frame();
  REQUIRE(ahead);
  CHECK(std::chrono::abs(*ahead - stage.ahead) < std::chrono::seconds(60));
}

TEST_CASE("repair packets from elsewhere are refused") {
  Stage stage;
  stage.send_frame();
  udp::socket stranger(stage.io, udp::endpoint(asio::ip::make_address_v4("127.0.0.2"), 0));
  send_from(stranger, stage, to_bytes("no repair packet"), 2);
  CHECK(run_until(stage.io, [&] { return !stage.recorder.refused_packets.empty(); }));
  CHECK(stage.recorder.refused_packets ==
        std::vector<RefusedPacket>{{PacketFault::other_address, 0, 26}});
}

/// Counts the bytes that a socket has received.
std::size_t take_bytes(udp::socket& socket) {
  std::array<std::byte, kMaxRtcpSizeBytes> buffer;
  std::size_t bytes = 0;
  std::error_code error;
  for (;;) {
    const std::size_t size = socket.receive(asio::buffer(buffer), 0, error);
    if (error) return bytes;
    bytes += size;
  }
}

TEST_CASE("a receiver answers with no more bytes than it was sent") {
  Stage stage;
  udp::socket stranger = stranger_to(stage);
  std::size_t sent = 0;
  const bool is_streaming = GENERATE(false, true);
  if (is_streaming) stage.send_frame();
  const WallTime begin = steady_now();
  for (std::uint32_t ssrc = 100; ssrc < 200; ++ssrc) {
    RtcpWriter writer;
    if (ssrc % 2 == 0) writer.receiver_report(ssrc, {});
    if (ssrc % 2 == 1) writer.sender_report(ssrc, {.time = steady_now()});
    send_from(stranger, stage, writer.bytes(), 1);
    sent += writer.bytes().size();
  }
  const std::size_t answered = take_bytes(stranger);
  const auto intervals = (steady_now() - begin) / milliseconds(500);
  CHECK(answered <= sent);
  CHECK(answered <= 100 * static_cast<std::size_t>(intervals + 1));  // a report each
  if (is_streaming) CHECK(answered == 0);
}

TEST_CASE("each frame is reported, with what arrived of it and when") {
  Stage stage;
  stage.send_frame();
  stage.send_report();  // from now on the receiver knows the sender
  stage.send_frame();
  const ReceivedFrame& frame = *stage.recorder.frames.back();
  const FrameReception whole = stage.take_frame_report();
  CHECK(whole.sequence == 1);
  CHECK(whole.size_bytes == frame.bytes().size());
  CHECK(whole.first_byte == frame.first_byte);
  CHECK(whole.last_byte == frame.last_byte);
}

TEST_CASE("a frame of which a part is lost is reported with the rest") {
  Stage stage;
  stage.frame = encoded(320, 240, {.quality = 90, .bands = 4});
  stage.send_frame();
  stage.send_report();
  const std::vector<ByteVector> datagrams = stage.next_frame();
  REQUIRE(datagrams.size() > 3);
  for (std::size_t i = 0; i < datagrams.size(); ++i)
    if (i != 1) stage.send(datagrams[i]);
  const FrameReception partial = stage.take_frame_report();
  CHECK(partial.sequence == 1);
  CHECK(partial.size_bytes > 0);
  CHECK(partial.size_bytes < scan_of(*stage.frame).size());
  CHECK(partial.first_byte <= partial.last_byte);
}

}  // namespace
}  // namespace jpegwire::rtp_receiver_test
