#include "net/rtp/rtp_sender.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/rtp/format/rtcp_reader.hpp"
#include "net/rtp/format/rtcp_writer.hpp"
#include "support/loopback.hpp"
#include "support/rtp_frames.hpp"

namespace jpegwire::rtp_sender_test {
namespace {

using namespace test;
using asio::ip::udp;

/// A sender and the socket that it sends to, in one thread.
struct Link {
  explicit Link(RtpSenderSettings settings = {})
      : receiver(io, udp::endpoint(asio::ip::address_v4::loopback(), 0)),
        sender(io, viewer_count, board, with_target(std::move(settings)),
               [this](const std::string& sentence) { unfit.push_back(sentence); }) {
    receiver.non_blocking(true);
    receiver.set_option(udp::socket::receive_buffer_size(4 << 20));
  }

  RtpSenderSettings with_target(RtpSenderSettings settings) const {
    settings.target = {"127.0.0.1", receiver.local_endpoint().port()};
    return settings;
  }

  /// The marker packets, which end frames, among the packets that have arrived.
  int frames_received() {
    ByteVector datagram(2000);
    int frames = 0;
    std::error_code error;
    for (;;) {
      const std::size_t size = receiver.receive(asio::buffer(datagram), 0, error);
      if (error) return frames;
      if (parse_rtp(Bytes(datagram).first(size))->header.marker) ++frames;
    }
  }

  asio::io_context io;
  ViewerCount viewer_count;
  RateBoard board{3, Adaptation::size};
  std::vector<std::string> unfit;
  udp::socket receiver;
  RtpSender sender;
};

/// Of a width that RTP/JPEG cannot carry.
FramePointer make_unfit() { return encoded(2048, 16); }

TEST_CASE("thousands of ready frames are sent one after the other") {
  constexpr int kFrames = 5000;
  Link link;
  const FramePointer frames[] = {encoded(32, 48, {}, 1), encoded(32, 48, {}, 2)};
  int received = 0;
  for (int i = 0; i < kFrames; ++i) {
    link.sender.submit(frames[i % 2]);
    run_ready(link.io);
    received += link.frames_received();
  }
  CHECK(received == kFrames);
  CHECK(link.sender.statistics().frames == kFrames);
  CHECK(link.sender.statistics().skipped == 0);
  link.sender.finish();
}

TEST_CASE("thousands of frames that RTP cannot carry are skipped, and the next one is sent") {
  constexpr std::size_t kFrames = 5000;
  Link link;
  std::vector<FramePointer> unfit;
  for (int i = 0; i < 5; ++i) unfit.push_back(make_unfit());
  for (std::size_t i = 0; i < kFrames; ++i) {
    link.sender.submit(unfit[i % unfit.size()]);
    if (i % 3 == 0) run_ready(link.io);
  }
  const FramePointer frame = encoded(32, 48);
  run_ready(link.io);
  link.sender.submit(frame);
  run_ready(link.io);
  CHECK(link.frames_received() == 1);
  CHECK(link.sender.statistics().frames == 1);
  CHECK(link.sender.statistics().skipped == kFrames);
  CHECK(link.unfit.size() == 1);
  link.sender.finish();
}

TEST_CASE("a frame that has begun is finished though newer ones are ready") {
  Link link;
  const FramePointer first = encoded(168, 128, {.quality = 95, .bands = 4}, 1);
  const FramePointer second = encoded(168, 128, {.quality = 95, .bands = 4}, 2);
  const FramePointer third = encoded(168, 128, {.quality = 95, .bands = 4}, 3);
  link.sender.bands_ready(first, 2);
  run_ready(link.io);
  CHECK(link.sender.statistics().packets > 0);
  link.sender.submit(second);
  link.sender.submit(third);
  run_ready(link.io);
  CHECK(link.frames_received() == 0);
  link.sender.submit(first);
  run_ready(link.io);
  CHECK(link.frames_received() == 2);
  CHECK(link.sender.statistics().frames == 2);
  CHECK(link.sender.statistics().skipped == 1);
  link.sender.finish();
}

TEST_CASE("packets that are ready when the sender finishes are sent") {
  RtpSenderSettings settings;
  settings.pace = true;
  Link link(settings);
  link.sender.submit(encoded(168, 128, {.quality = 95, .bands = 4}, 1));
  link.sender.finish();
  CHECK(link.frames_received() == 1);
}

/// The port beside the media's, and what a receiver there reports.
struct Reporter {
  explicit Reporter(Link& to) : link(to), socket(to.io) {
    const auto port = static_cast<std::uint16_t>(link.receiver.local_endpoint().port() + 1);
    socket.open(udp::v4());
    std::error_code taken;
    socket.bind({asio::ip::address_v4::loopback(), port}, taken);
    is_bound = !taken;
    socket.non_blocking(true);
  }

  /// Waits for the sender's first report, which shows its address.
  void meet() {
    link.sender.start();
    ByteVector datagram(2000);
    std::error_code error;
    std::size_t size = 0;
    REQUIRE(run_until(link.io, [&] {
      size = socket.receive_from(asio::buffer(datagram), sender, 0, error);
      return !error;
    }));
    stream = parse_rtcp(Bytes(datagram).first(size)).value().sender_ssrc;
  }

  /// How many reports of the sender have arrived.
  int take_reports() {
    ByteVector datagram(2000);
    std::error_code error;
    for (int reports = 0;; ++reports) {
      socket.receive(asio::buffer(datagram), 0, error);
      if (error) return reports;
    }
  }

  void send(const RtcpWriter& writer) {
    socket.send_to(asio::buffer(writer.bytes().data(), writer.bytes().size()), sender);
  }

  /// A frame took a second to arrive.
  void report_slow(const EncodedFrame& frame) {
    busy_until = std::max(busy_until, steady_now()) + std::chrono::seconds(1);
    RtcpWriter writer;
    writer.frame_report(kReceiver, {.sequence = frame.sequence,
                                    .size_bytes = 1'000'000,
                                    .first_byte = steady_now(),
                                    .last_byte = busy_until,
                                    .decode_time = {},
                                    .wanted = {}});
    send(writer);
  }

  void leave() {
    RtcpWriter writer;
    writer.receiver_report(kReceiver, {});
    writer.bye(kReceiver);
    send(writer);
  }

  static constexpr std::uint32_t kReceiver = 77;

  Link& link;
  udp::socket socket;
  bool is_bound = false;
  udp::endpoint sender;
  std::uint32_t stream = 0;  // its SSRC
  WallTime busy_until{};
};

/// A link whose neighbouring port is free.
struct ReportedLink {
  explicit ReportedLink(const RtpSenderSettings& settings = {}) {
    do {
      link.emplace(settings);
      reporter.emplace(*link);
    } while (!reporter->is_bound);
    reporter->meet();
  }

  /// Full frames are sent, and reported as slow, until that has a consequence.
  void become_slow() {
    for (; link->board.viewers() == 0 && sequence < 100; ++sequence) {
      const FramePointer frame = next();
      link->sender.submit(frame);
      run_ready(link->io);
      reporter->report_slow(*frame);
      run_ready(link->io);
    }
    REQUIRE(link->board.viewers() == 1);
    link->frames_received();
  }

  FramePointer next() const { return encoded(320, 240, {.quality = 95, .bands = 4}, sequence); }

  /// The frames that arrive once what was submitted is sent.
  int frames_sent(int expected) {
    int frames = 0;
    run_until(link->io, [&] {
      frames += link->frames_received();
      return frames >= expected;
    });
    run_ready(link->io);
    return frames + link->frames_received();
  }

  std::optional<Link> link;
  std::optional<Reporter> reporter;
  std::uint32_t sequence = 1;
};

TEST_CASE("a stream over a slow link gets the frames of its group until its receiver leaves") {
  ReportedLink stage;
  RtpSender& sender = stage.link->sender;
  CHECK(sender.statistics().link.group == kFullGroup);
  stage.become_slow();
  CHECK(sender.statistics().link.group == 1);
  CHECK(sender.statistics().link.is_adapted);
  CHECK(sender.statistics().reports_frames);
  const FramePointer full = stage.next();
  sender.bands_ready(full, 2);
  sender.submit(full);
  sender.submit_for(only_group(2), full);
  run_ready(stage.link->io);
  CHECK(stage.link->frames_received() == 0);
  stage.reporter->leave();
  REQUIRE(run_until(stage.link->io, [&] { return stage.link->board.viewers() == 0; }));
  CHECK_FALSE(sender.statistics().reports_frames);
  CHECK(sender.statistics().link.bytes_per_second > 0);  // as known last
  ++stage.sequence;
  sender.submit(stage.next());
  CHECK(stage.frames_sent(1) == 1);
  sender.finish();
}

TEST_CASE("each frame of a group is sent, or counted as skipped because the link is busy") {
  ReportedLink stage;
  RtpSender& sender = stage.link->sender;
  stage.become_slow();
  const auto counted = [&] { return sender.statistics().frames + sender.statistics().skipped; };
  const std::uint64_t before = counted();
  for (int i = 0; i < 3; ++i, ++stage.sequence) {
    sender.submit_for(only_group(1), stage.next());
    run_ready(stage.link->io);
  }
  CHECK(run_until(stage.link->io, [&] { return counted() == before + 3; }));
  sender.finish();
}

TEST_CASE("a full frame that has begun is finished though the stream joins a group") {
  ReportedLink stage;
  RtpSender& sender = stage.link->sender;
  RateBoard& board = stage.link->board;
  FramePointer previous = stage.next();
  // Of each frame the first bands are sent before a report of the frame before it comes.
  while (board.viewers() == 0 && stage.sequence < 100) {
    sender.submit(previous);
    run_ready(stage.link->io);
    stage.link->frames_received();
    ++stage.sequence;
    const FramePointer frame = stage.next();
    sender.bands_ready(frame, 2);
    run_ready(stage.link->io);
    stage.reporter->report_slow(*previous);
    run_ready(stage.link->io);
    previous = frame;
  }
  REQUIRE(board.viewers() == 1);
  CHECK(stage.link->frames_received() == 0);
  sender.submit(previous);
  CHECK(stage.frames_sent(1) == 1);
  sender.finish();
}

TEST_CASE("reports from an address that the stream is not sent to change nothing") {
  ReportedLink stage;
  Link& link = *stage.link;
  stage.become_slow();
  udp::socket stranger(link.io, udp::endpoint(asio::ip::make_address_v4("127.0.0.2"), 0));
  const double rate = link.sender.statistics().link.bytes_per_second;
  for (std::uint32_t ssrc = 100; ssrc < 120; ++ssrc) {
    RtcpWriter writer;
    if (ssrc % 2 == 0) writer.receiver_report(ssrc, {});
    if (ssrc % 2 == 1)
      writer.frame_report(ssrc, {.sequence = stage.sequence - 1,
                                 .size_bytes = 1,
                                 .first_byte = steady_now(),
                                 .last_byte = steady_now() + std::chrono::hours(1),
                                 .decode_time = {},
                                 .wanted = {1, 1}});
    stranger.send_to(asio::buffer(writer.bytes().data(), writer.bytes().size()),
                     stage.reporter->sender);
    run_ready(link.io);
  }
  CHECK(link.sender.statistics().receivers == 1);
  CHECK(link.sender.statistics().link.bytes_per_second == rate);
  std::vector<GroupOrder> orders;
  link.board.plan(orders, milliseconds{33}, 0, {}, std::chrono::steady_clock::now());
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].may_scale);
  CHECK(orders[0].shown == PictureSize{});
  link.sender.finish();
}

/// The sequence numbers and the bytes of the packets that have arrived.
struct Arrived {
  std::vector<std::uint16_t> sequences;
  std::size_t bytes = 0;
};

Arrived take_packets(Link& link) {
  Arrived arrived;
  ByteVector datagram(2000);
  std::error_code error;
  for (;;) {
    const std::size_t size = link.receiver.receive(asio::buffer(datagram), 0, error);
    if (error) return arrived;
    arrived.sequences.push_back(parse_rtp(Bytes(datagram).first(size))->header.sequence);
    arrived.bytes += size;
  }
}

/// Requests these packets again, and reports that all were lost.
void report_all_lost(udp::socket& from, const Reporter& reporter,
                     std::span<const std::uint16_t> sequences) {
  const ReceptionReport lossy{.ssrc = reporter.stream, .fraction_lost = 255};
  while (!sequences.empty()) {
    const auto some = sequences.first(std::min(sequences.size(), kMaxNackEntries));
    RtcpWriter writer;
    writer.receiver_report(Reporter::kReceiver, {&lossy, 1});
    writer.nack(Reporter::kReceiver, reporter.stream, some);
    from.send_to(asio::buffer(writer.bytes().data(), writer.bytes().size()), reporter.sender);
    sequences = sequences.subspan(some.size());
    run_ready(reporter.link.io);
  }
}

RtpSenderSettings with_all_repairs() {
  RtpSenderSettings settings;
  settings.nack = settings.fec_auto = true;
  return settings;
}

TEST_CASE("losses that another host reports cause no repairs") {
  ReportedLink stage(with_all_repairs());
  Link& link = *stage.link;
  udp::socket stranger(link.io, udp::endpoint(asio::ip::make_address_v4("127.0.0.2"), 0));
  for (; stage.sequence < 10; ++stage.sequence) {
    link.sender.submit(stage.next());
    run_ready(link.io);
    report_all_lost(stranger, *stage.reporter, take_packets(link).sequences);
  }
  const RtpStatistics statistics = link.sender.statistics();
  CHECK(statistics.retransmitted == 0);
  CHECK(statistics.repair_packets == 0);
  CHECK(statistics.foreign_reports >= 9);
  link.sender.finish();
}

TEST_CASE("however much loss is reported, repairs are at most half of the stream") {
  const bool is_small = GENERATE(false, true);  // a frame of a few packets
  CAPTURE(is_small);
  RtpSenderSettings settings;
  settings.nack = GENERATE(false, true);
  settings.fec_auto = !settings.nack;
  ReportedLink stage(settings);
  Link& link = *stage.link;
  std::error_code taken;
  udp::socket repairs(link.io, udp::v4());
  repairs.bind({asio::ip::address_v4::loopback(),
                static_cast<std::uint16_t>(link.receiver.local_endpoint().port() + 2)},
               taken);
  repairs.non_blocking(true);
  std::size_t repair_bytes = 0;
  for (; stage.sequence < 100; ++stage.sequence) {
    link.sender.submit(is_small ? encoded(32, 48, {}, stage.sequence) : stage.next());
    run_ready(link.io);
    const std::vector<std::uint16_t> sequences = take_packets(link).sequences;
    for (int again = 0; again < 3; ++again)
      report_all_lost(stage.reporter->socket, *stage.reporter, sequences);
    repair_bytes += take_packets(link).bytes;
    ByteVector datagram(2000);
    for (std::error_code error; !taken;) {
      const std::size_t size = repairs.receive(asio::buffer(datagram), 0, error);
      if (error) break;
      repair_bytes += size;
    }
  }
  const RtpStatistics statistics = link.sender.statistics();
  const auto one_frame = static_cast<double>(statistics.bytes / statistics.frames);
  CHECK(statistics.retransmitted + statistics.repair_packets > 10);
  CHECK(static_cast<double>(repair_bytes) <=
        0.5 * static_cast<double>(statistics.bytes) + one_frame);
  if (settings.nack) CHECK(statistics.repairs_refused > 0);
  link.sender.finish();
}

TEST_CASE("a flood of new receivers does not multiply the sender's reports") {
  ReportedLink stage;
  const WallTime begin = steady_now();
  for (std::uint32_t ssrc = 100; ssrc < 150; ++ssrc) {
    RtcpWriter writer;
    writer.receiver_report(ssrc, {});
    stage.reporter->send(writer);
    run_ready(stage.link->io);
  }
  const auto intervals = (steady_now() - begin) / milliseconds(500);
  const int reports = stage.reporter->take_reports();
  CHECK(reports >= 1);
  CHECK(reports <= 2 * (intervals + 1));
  stage.link->sender.finish();
}

TEST_CASE("receivers that report no frames change nothing") {
  ReportedLink stage;
  for (int i = 0; i < 20; ++i, ++stage.sequence) {
    stage.link->sender.submit(stage.next());
    run_ready(stage.link->io);
    RtcpWriter writer;
    const ReceptionReport lossy{.ssrc = 1, .fraction_lost = 200};
    writer.receiver_report(Reporter::kReceiver, {&lossy, 1});
    stage.reporter->send(writer);
    run_ready(stage.link->io);
  }
  CHECK(stage.link->board.viewers() == 0);
  CHECK(stage.link->sender.statistics().skipped == 0);
  CHECK(stage.frames_sent(20) == 20);
  CHECK(stage.link->sender.statistics().link.bytes_per_second == 0);
  stage.link->sender.finish();
}

}  // namespace
}  // namespace jpegwire::rtp_sender_test
