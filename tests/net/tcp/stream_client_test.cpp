#include "net/tcp/stream_client.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "net/tcp/frame_server.hpp"
#include "support/loopback.hpp"
#include "support/recorder.hpp"

namespace jpegwire::stream_client_test {
namespace {

using namespace test;

constexpr milliseconds kLong{60'000};  // longer than a test may take
constexpr milliseconds kShort{200};

/// A listening sender that the test controls.
struct Stage {
  Stage() : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), sender(io) {}

  Endpoint endpoint() const { return {"127.0.0.1", acceptor.local_endpoint().port()}; }

  /// Starts a client and accepts its connection.
  void start(milliseconds timeout, bool reconnect = false) {
    client.emplace(
        io,
        StreamClientSettings{.endpoint = endpoint(), .reconnect = reconnect, .timeout = timeout},
        recorder);
    client->start();
    REQUIRE(run_until(io, [&] { return recorder.peers.size() == 1; }));
    sender.accept(acceptor);
  }

  bool run_until_end() {
    return run_until(io, [&] { return recorder.end.has_value(); });
  }

  bool run_until_frames(std::size_t count) {
    return run_until(io, [&] { return recorder.frames.size() >= count; });
  }

  asio::io_context io{1};
  tcp::acceptor acceptor;
  Peer sender;
  Recorder recorder;
  std::optional<StreamClient> client;
};

ByteVector framed_jpeg(SizePrefix prefix, int size = 48) {
  return framed(prefix, encode_plainly(make_bgr(size, size)));
}

TEST_CASE("frames of a server arrive in order, whole, and with their age") {
  asio::io_context io(1);
  ViewerCount viewer_count;
  FrameServer server(io, viewer_count, {});
  Recorder recorder;
  StreamClient client(
      io, {.endpoint = server.listen({"127.0.0.1", 0}).endpoint(), .timeout = kLong}, recorder);
  client.start();
  REQUIRE(run_until(io, [&] { return viewer_count.any(); }));
  std::uint32_t sequence = 0;
  std::size_t bytes = 0;
  const auto submit = [&] {
    const auto frame = make_frame(sequence++, 40'000);
    bytes += 4 + kStampSizeBytes + frame->storage[0].size();
    server.submit(frame);
    return run_until(io, [&] { return recorder.frames.size() == sequence; });
  };
  while (sequence < 20) REQUIRE(submit());
  for (std::uint32_t i = 0; i < sequence; ++i) {
    const ReceivedFrame& frame = *recorder.frames[i];
    REQUIRE(frame.stamp);
    CHECK(frame.stamp->sequence == i);
    CHECK(frame.jpeg.layout.bands.size() == 3);
    CHECK(frame.reads >= 1);
    CHECK(frame.first_byte <= frame.last_byte);
  }
  CHECK(recorder.bytes == bytes);
  CHECK(recorder.refused.empty());
  CHECK_FALSE(recorder.end);

  // A later frame echoes the report sent after the first frame.
  REQUIRE(run_until(io, [&] { return submit() && recorder.frames.back()->sender_ahead; }));
  CHECK(std::chrono::abs(*recorder.frames.back()->sender_ahead) < std::chrono::seconds(5));
  CHECK(recorder.frames.back()->capture_time());

  server.finish(kLong);
  REQUIRE(run_until(io, [&] { return recorder.end.has_value(); }));
  CHECK(recorder.end->empty());
}

TEST_CASE("every framing is detected") {
  Stage stage;
  stage.start(kLong);
  const auto prefix = GENERATE(SizePrefix::be32, SizePrefix::le32, SizePrefix::ascii16);
  stage.sender.send(framed_jpeg(prefix, 48));
  stage.sender.send(framed_jpeg(prefix, 64));
  REQUIRE(stage.run_until_frames(2));
  CHECK(stage.recorder.frames[1]->jpeg.layout.width == 64);
  CHECK_FALSE(stage.recorder.frames[1]->sender_ahead);
  stage.sender.send(prefix_of(prefix, 0));
  REQUIRE(stage.run_until_end());
  CHECK(stage.recorder.end->empty());
  CHECK(stage.sender.received().empty());  // no report is sent to a sender without a stamp
}

TEST_CASE("multipart over TCP is detected") {
  Stage stage;
  stage.start(kLong);
  const ByteVector jpeg = encode_plainly(make_bgr(48, 48));
  const std::string head = "--b\r\nContent-Length: " + std::to_string(jpeg.size()) + "\r\n\r\n";
  stage.sender.send(joined(head, jpeg, "\r\n", head, jpeg, "\r\n--b--\r\n"));
  REQUIRE(stage.run_until_end());
  CHECK(stage.recorder.frames.size() == 2);
  CHECK(stage.recorder.end->empty());
}

TEST_CASE("a part without a length is received when its last byte has arrived") {
  Stage stage;
  stage.start(kLong);
  stage.sender.send(joined("--b\r\n\r\n", encode_plainly(make_bgr(48, 48))));
  REQUIRE(stage.run_until_frames(1));
}

TEST_CASE("a frame that is not a JPEG is refused, and the stream continues") {
  Stage stage;
  stage.start(kLong);
  stage.sender.send(framed(SizePrefix::be32, to_bytes("no JPEG at all")));
  stage.sender.send(framed_jpeg(SizePrefix::be32));
  REQUIRE(stage.run_until_frames(1));
  CHECK(stage.recorder.refused == std::vector{JpegVerdict::not_a_jpeg});
}

TEST_CASE("a stream of invalid data is reported at the timeout") {
  Stage stage;
  stage.start(kShort);
  stage.sender.send(framed(SizePrefix::be32, to_bytes("no JPEG at all")));
  REQUIRE(stage.run_until_end());
  CHECK_THAT(*stage.recorder.end,
             Catch::Contains("no frame from " + to_tcp_url(stage.endpoint()) + " within 0.2 s"));
  CHECK(stage.recorder.refused == std::vector{JpegVerdict::not_a_jpeg});
}

TEST_CASE("frames that are received and not shown do not delay the timeout") {
  Stage stage;
  stage.start(kShort);
  stage.recorder.shows = false;
  stage.recorder.on_frame = [&] { stage.sender.send(framed_jpeg(SizePrefix::be32)); };
  stage.sender.send(framed_jpeg(SizePrefix::be32));
  REQUIRE(stage.run_until_end());
  CHECK(stage.recorder.frames.size() > 1);
  CHECK_THAT(*stage.recorder.end, Catch::Contains("no frame from"));
}

TEST_CASE("the end of a stream is reported") {
  Stage stage;
  stage.start(kLong);
  const ByteVector frame = framed_jpeg(SizePrefix::be32);
  stage.sender.send(frame);
  SECTION("by a size of 0") {
    stage.sender.send(prefix_of(SizePrefix::be32, 0));
    REQUIRE(stage.run_until_end());
    CHECK(stage.recorder.end->empty());
  }
  SECTION("by closing between two frames") {
    stage.sender.close_sending();
    REQUIRE(stage.run_until_end());
    CHECK(stage.recorder.end->empty());
  }
  SECTION("inside a size prefix") {
    stage.sender.send(to_bytes({0, 0}));
    stage.sender.close_sending();
    REQUIRE(stage.run_until_end());
    CHECK_THAT(*stage.recorder.end, Catch::Contains("was closed inside the size prefix"));
  }
  SECTION("inside a frame") {
    stage.sender.send(Bytes(frame).first(104));
    stage.sender.close_sending();
    REQUIRE(stage.run_until_end());
    CHECK_THAT(*stage.recorder.end, Catch::Contains("was closed inside a frame (100 of " +
                                                    std::to_string(frame.size() - 4) + " bytes)"));
  }
  SECTION("by a frame that is too large") {
    stage.sender.send(to_bytes({255, 255, 255, 255}));
    REQUIRE(stage.run_until_end());
    CHECK_THAT(*stage.recorder.end, Catch::Contains("cannot be read") &&
                                        Catch::Contains("more than --max-frame 8388608"));
    CHECK(run_until(stage.io, [&] { return stage.sender.is_closed(); }));
  }
  CHECK(stage.recorder.frames.size() == 1);
  CHECK_FALSE(stage.recorder.ended_twice);
}

TEST_CASE("if nothing listens, the sentence at the timeout says so") {
  Stage stage;
  const Endpoint endpoint = stage.endpoint();
  stage.acceptor.close();
  stage.client.emplace(stage.io, StreamClientSettings{.endpoint = endpoint, .timeout = kShort},
                       stage.recorder);
  stage.client->start();
  REQUIRE(stage.run_until_end());
  CHECK_THAT(*stage.recorder.end,
             Catch::Contains("no frame from " + to_tcp_url(endpoint) + " within 0.2 s") &&
                 Catch::Contains("Connection refused"));
}

TEST_CASE("a sender that starts late is found") {
  Stage stage;
  const Endpoint endpoint = stage.endpoint();
  stage.acceptor.close();
  StreamClient client(stage.io, {.endpoint = endpoint, .reconnect = true, .timeout = kLong},
                      stage.recorder);
  client.start();
  REQUIRE(run_until(stage.io, [&] { return !stage.recorder.interruptions.empty(); }));
  CHECK_THAT(stage.recorder.interruptions[0],
             Catch::Contains("cannot connect to " + to_tcp_url(endpoint)));
  stage.acceptor =
      tcp::acceptor(stage.io, tcp::endpoint(asio::ip::address_v4::loopback(), endpoint.port));
  CHECK(run_until(stage.io, [&] { return stage.recorder.peers.size() == 1; }));
}

TEST_CASE("an unknown host name ends the stream at once") {
  asio::io_context io(1);
  Recorder recorder;
  StreamClient client(io, {.endpoint = {"no host at all", 2500}, .timeout = kLong}, recorder);
  client.start();
  REQUIRE(run_until(io, [&] { return recorder.end.has_value(); }));
  CHECK_THAT(*recorder.end, Catch::Contains("cannot connect to tcp://no host at all:2500"));
}

TEST_CASE("a sender that is silent, or too slow for a frame, is abandoned") {
  const bool trickles = GENERATE(false, true);
  Stage stage;
  stage.start(kShort);
  const ByteVector frame = framed_jpeg(SizePrefix::be32, 640);
  std::size_t sent = 0;
  REQUIRE(run_until(stage.io, [&] {
    if (trickles && sent < frame.size() - 1) stage.sender.send(Bytes(frame).subspan(sent++, 1));
    return stage.recorder.end.has_value();
  }));
  CHECK_THAT(*stage.recorder.end,
             Catch::Contains("no frame from") && Catch::Contains("within 0.2 s"));
  const std::string hint = ": it sends nothing; if it is an HTTP server, watch http" +
                           to_tcp_url(stage.endpoint()).substr(3) + "/";
  CHECK(stage.recorder.end->ends_with(hint) != trickles);
  CHECK(stage.recorder.frames.empty());
  CHECK(run_until(stage.io, [&] { return stage.sender.is_closed(); }));
}

TEST_CASE("the sentence at the timeout says so if a server does not answer a request") {
  asio::io_context io(1);
  const tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const Endpoint endpoint{"127.0.0.1", acceptor.local_endpoint().port()};
  Recorder recorder;
  StreamClient client(io,
                      {.endpoint = endpoint,
                       .http = HttpUrl{.endpoint = endpoint, .user = {}, .password = {}},
                       .timeout = kShort},
                      recorder);
  client.start();
  REQUIRE(run_until(io, [&] { return recorder.end.has_value(); }));
  CHECK_THAT(*recorder.end, Catch::EndsWith(" within 0.2 s: it does not answer"));
}

TEST_CASE("with reconnect the client connects again after any error") {
  const auto event = GENERATE(as<std::string>{}, "closed", "ended", "cut", "garbage", "silence");
  CAPTURE(event);
  Stage stage;
  stage.start(event == "silence" ? kShort : kLong, true);
  stage.sender.send(framed_jpeg(SizePrefix::be32));
  REQUIRE(stage.run_until_frames(1));
  if (event == "ended") stage.sender.send(prefix_of(SizePrefix::be32, 0));
  if (event == "cut") stage.sender.send(to_bytes({0, 0, 9, 9, 1, 2, 3}));
  if (event == "garbage") stage.sender.send(to_bytes({255, 255, 255, 255}));
  if (event != "silence") stage.sender.close_sending();
  REQUIRE(run_until(stage.io, [&] { return stage.recorder.peers.size() == 2; }));
  CHECK(stage.recorder.interruptions.size() == 1);

  Peer next(stage.io);
  next.accept(stage.acceptor);
  next.send(framed_jpeg(SizePrefix::le32, 64));  // a new connection detects the framing again
  REQUIRE(stage.run_until_frames(2));
  CHECK(stage.recorder.frames.back()->jpeg.layout.width == 64);
  CHECK_FALSE(stage.recorder.end);
}

TEST_CASE("without reconnect, the client retries a sender that closes before its first frame") {
  Stage stage;
  stage.start(kLong);
  stage.sender.socket().close();
  REQUIRE(run_until(stage.io, [&] { return stage.recorder.peers.size() == 2; }));
  Peer next(stage.io);
  next.accept(stage.acceptor);
  next.send(framed_jpeg(SizePrefix::be32));
  CHECK(stage.run_until_frames(1));
}

TEST_CASE("a client that listens accepts one sender at a time") {
  asio::io_context io(1);
  Recorder recorder;
  const Endpoint endpoint = [&] {
    const tcp::acceptor free_port(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    return Endpoint{"127.0.0.1", free_port.local_endpoint().port()};
  }();
  StreamClient client(
      io, {.endpoint = endpoint, .listen = true, .reconnect = true, .timeout = kLong}, recorder);
  client.start();
  {
    Peer sender(io, endpoint);
    sender.send(framed_jpeg(SizePrefix::be32));
    REQUIRE(run_until(io, [&] { return recorder.frames.size() == 1; }));
    Peer intruder(io, endpoint);
    intruder.send(framed_jpeg(SizePrefix::be32));
    REQUIRE(run_until(io, [&] { return intruder.is_closed(); }));
    sender.send(framed_jpeg(SizePrefix::be32));
    REQUIRE(run_until(io, [&] { return recorder.frames.size() == 2; }));
    CHECK(recorder.peers.size() == 1);
  }
  REQUIRE(run_until(io, [&] { return recorder.interruptions.size() == 1; }));
  Peer next(io, endpoint);
  next.send(framed_jpeg(SizePrefix::be32));
  CHECK(run_until(io, [&] { return recorder.frames.size() == 3; }));
  CHECK(recorder.peers.size() == 2);
}

TEST_CASE("a client that stops disconnects cleanly") {
  Stage stage;
  stage.start(kLong);
  stage.sender.send(framed_jpeg(SizePrefix::be32));
  SECTION("from outside") {
    REQUIRE(stage.run_until_frames(1));
    stage.client->stop();
  }
  SECTION("from within an observer callback") {
    stage.sender.send(framed_jpeg(SizePrefix::be32));
    stage.recorder.on_frame = [&] { stage.client->stop(); };
    REQUIRE(stage.run_until_frames(1));
  }
  CHECK(run_until(stage.io, [&] { return stage.sender.closed_in_order(); }));
  stage.sender.send(framed_jpeg(SizePrefix::be32));
  stage.sender.close_sending();
  stage.io.restart();
  stage.io.run();  // returns, since nothing is left to do
  CHECK(stage.recorder.frames.size() == 1);
  CHECK_FALSE(stage.recorder.end);
}

ByteVector stamped_jpeg(const FrameStamp& stamp) {
  ByteVector segment(kStampSizeBytes);
  write_stamp(stamp, std::span(segment).first<kStampSizeBytes>());
  ByteVector jpeg = encode_plainly(make_bgr(48, 48));
  insert_at(jpeg, 2, segment);
  return jpeg;
}

std::vector<ViewerReport> reports_in(Bytes stream) {
  ReportReader reader;
  std::vector<ViewerReport> reports;
  while (!stream.empty()) {
    const auto space = reader.space();
    const std::size_t size = std::min(space.size(), stream.size());
    std::ranges::copy(stream.first(size), space.begin());
    stream = stream.subspan(size);
    reader.received(size);
    while (reader.next() == ReportReader::Result::report) reports.push_back(reader.report());
  }
  return reports;
}

/// A sender whose clock is ahead and may be set. It may be one that knows only version 1 of
/// reports.
struct SettableSender {
  Stage& stage;
  microseconds ahead{};
  bool is_old = false;
  std::uint32_t frames = 0;

  /// Sends a frame that echoes the latest report, if there is one, and waits for the client's
  /// report of it. Returns what the client says of the sender's clock.
  std::optional<microseconds> send_frame() {
    const WallTime now = steady_now() + ahead;
    const ByteVector jpeg = stamped_jpeg({.stream_id = 1,
                                          .sequence = frames,
                                          .capture_time = now,
                                          .send_time = now,
                                          .echo = latest_report()});
    stage.sender.send(framed(SizePrefix::be32, jpeg));
    REQUIRE(stage.run_until_frames(++frames));
    REQUIRE(run_until(stage.io, [&] { return frame_reports().size() == frames; }));
    return stage.recorder.frames.back()->sender_ahead;
  }

  std::vector<ViewerReport> reports() { return reports_in(stage.sender.received()); }

  std::vector<ViewerReport> frame_reports() {
    std::vector<ViewerReport> all = reports();
    std::erase_if(all, [](const ViewerReport& report) { return !report.frame; });
    return all;
  }

  WallTime latest_report() {
    WallTime latest{};
    for (const ViewerReport& report : reports())
      if (!report.frame || !is_old) latest = report.time;
    return latest;
  }
};

TEST_CASE("after the sender's clock was set, the age of frames is unknown until the next echoes") {
  Stage stage;
  stage.start(kLong);
  SettableSender sender{.stage = stage, .ahead = std::chrono::seconds(100)};
  sender.send_frame();
  CHECK(sender.send_frame());
  const auto set = GENERATE(std::chrono::hours(2), std::chrono::hours(-2));
  sender.ahead += set;
  CHECK_FALSE(sender.send_frame());
  std::optional<microseconds> ahead;
  for (int i = 0; i < 3 && !ahead; ++i) ahead = sender.send_frame();
  REQUIRE(ahead);
  CHECK(std::chrono::abs(*ahead - sender.ahead) < std::chrono::seconds(60));
}

TEST_CASE("each stamped frame is reported to its sender") {
  Stage stage;
  stage.recorder.wished = {.decode_time = microseconds(1234), .wanted = {640, 360}};
  stage.start(kLong);
  SettableSender sender{.stage = stage};
  const WallTime before = steady_now();
  while (sender.frames < 20) sender.send_frame();
  const std::vector<ViewerReport> reports = sender.frame_reports();
  for (std::uint32_t i = 0; i < reports.size(); ++i) {
    CAPTURE(i);
    const ReceivedFrame& frame = *stage.recorder.frames[i];
    CHECK(reports[i].frame ==
          FrameReception{.sequence = i,
                         .size_bytes = static_cast<std::uint32_t>(frame.bytes().size()),
                         .first_byte = frame.first_byte,
                         .last_byte = frame.last_byte,
                         .decode_time = microseconds(1234),
                         .wanted = {640, 360}});
    CHECK(reports[i].time >= (i == 0 ? before : reports[i - 1].time));
  }
  CHECK(reports.back().time <= steady_now());
  // The sender echoes these, so it needs no others.
  CHECK(sender.reports().size() == reports.size() + 1);
}

TEST_CASE("a sender that knows only the first version of reports is sent these too") {
  Stage stage;
  stage.start(kLong);
  SettableSender sender{.stage = stage, .is_old = true};
  sender.send_frame();
  CHECK(sender.send_frame());
  const auto has_more = [&] {
    sender.send_frame();
    return sender.reports().size() >= sender.frame_reports().size() + 3;
  };
  CHECK(run_until(stage.io, has_more));
}

TEST_CASE("the observer learns when all that had arrived is read") {
  Stage stage;
  stage.start(kLong);
  for (std::size_t frames = 1; frames <= 10; ++frames) {
    CAPTURE(frames);
    stage.sender.send(framed_jpeg(SizePrefix::be32));
    REQUIRE(stage.run_until_frames(frames));
    CHECK(stage.recorder.all_read == stage.recorder.frames.back()->last_byte);
  }
}

}  // namespace
}  // namespace jpegwire::stream_client_test
