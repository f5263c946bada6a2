// Frames over HTTP: the stream and snapshots.

#include <catch2/catch.hpp>
#include <string>

#include "net/web/http_server.hpp"
#include "support/http_stage.hpp"

namespace jpegwire::http_stream_test {
namespace {

using namespace test;
using namespace std::string_literals;

void submit(HttpStage& stage, std::uint32_t sequence, std::size_t size = 0) {
  stage.frames.submit(make_frame(sequence, size));
}

std::uint32_t last_sequence_of(HttpClient& viewer) {
  return stamp_of(viewer.outcome().frames.back()).sequence;
}

void check_untorn_and_ascending(const Outcome& outcome) {
  CHECK(outcome.last != FrameAssembler::Event::failed);
  std::optional<std::uint32_t> last;
  for (const ByteVector& frame : outcome.frames) {
    const std::uint32_t sequence = stamp_of(frame).sequence;
    if (last) CHECK(sequence > *last);
    last = sequence;
  }
}

Bytes jpeg_of(const HttpResponse& snapshot) {
  CHECK(snapshot.status == 200);
  CHECK(snapshot.field("content-type") == "image/jpeg");
  return std::as_bytes(std::span(snapshot.body));
}

std::uint32_t sequence_of(const HttpResponse& snapshot) {
  return stamp_of(jpeg_of(snapshot)).sequence;
}

TEST_CASE("the stream has every frame, under both of its names", "[http]") {
  const std::string target = GENERATE(
      as<std::string>{}, "/stream", "/?action=stream", "/stream?x=1", "/?x=1&action=stream",
      "/?action=stream&x=1", "/?action=stream?nonce=1", "/stream_0", "/stream_0?x=1", "/stream&x=1",
      "/stream_0&x=1", "/?action=stream_0", "/?action=stream_0&x=1");
  CAPTURE(target);
  HttpStage stage;
  HttpClient& viewer = stage.add_viewer(get(target));
  const auto frame = make_frame(41);
  stage.frames.submit(frame);
  REQUIRE(run_until(stage.io, [&] { return viewer.frames() == 1; }));
  const Outcome outcome = viewer.outcome();
  CHECK(outcome.framing == "multipart");
  const FrameStamp stamp = stamp_of(outcome.frames[0]);
  CHECK(without_stamp(outcome.frames[0]) == bytes_of(frame->layout));
  CHECK(stamp.sequence == 41);
  CHECK(stamp.stream_id == stage.frames.stream_id());
  CHECK(stamp.capture_time == frame->capture_time);
}

TEST_CASE("the stream's head is sent before the first frame", "[http]") {
  HttpStage stage;
  HttpClient& viewer = stage.add_viewer();
  const HttpResponse response = stage.response_to(viewer, HasBody::no);
  CHECK(response.status == 200);
  CHECK(response.field("content-type") == "multipart/x-mixed-replace; boundary=frame");
  CHECK(response.field("connection") == "close");
  CHECK(response.field("cache-control") == "no-store");
}

TEST_CASE("a viewer sees where a frame ends without waiting for the next one", "[http]") {
  HttpStage stage;
  HttpClient& viewer = stage.add_viewer();
  submit(stage, 0);
  CHECK(run_until(stage.io, [&] { return viewer.untaken().ends_with("\xFF\xD9\r\n--frame\r\n"); }));
}

TEST_CASE("viewers over HTTP and over TCP are counted separately", "[http]") {
  HttpStage stage;
  stage.add_viewer();
  REQUIRE(stage.frames.present_viewers().size() == 1);
  CHECK(stage.frames.present_viewers()[0].kind == "http");
  HttpClient& second = stage.add_viewer();
  submit(stage, 0);
  REQUIRE(run_until(stage.io, [&] { return second.frames() == 1; }));
  REQUIRE(run_until(stage.io, [&] { return stage.frames.totals().at("http").frames == 2; }));
}

TEST_CASE("HEAD describes the stream without watching it", "[http]") {
  HttpStage stage;
  HttpClient& client = stage.add_client("HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const HttpResponse response = stage.response_to(client, HasBody::no);
  CHECK(response.status == 200);
  CHECK(response.field("content-type") == "multipart/x-mixed-replace; boundary=frame");
  CHECK(stage.runs_until_closed_in_order(client));
  CHECK(client.untaken().empty());
  CHECK(stage.viewer_count.max() == 0);
}

TEST_CASE("a viewer over HTTP that shuts down its sending side still gets frames", "[http]") {
  HttpStage stage;
  HttpClient& viewer = stage.add_viewer();
  viewer.close_sending();
  for (std::uint32_t sequence = 0; sequence < 3; ++sequence) {
    submit(stage, sequence);
    REQUIRE(run_until(stage.io, [&] { return viewer.frames() == sequence + 1; }));
  }
}

TEST_CASE("requests after a request for the stream are not answered", "[http]") {
  HttpStage stage;
  HttpClient& viewer = stage.add_viewer(get("/stream") + get("/"));
  for (std::uint32_t sequence = 0; sequence < 3; ++sequence) {
    submit(stage, sequence);
    REQUIRE(run_until(stage.io, [&] { return viewer.frames() == sequence + 1; }));
  }
  check_untorn_and_ascending(viewer.outcome());
}

TEST_CASE("a client that continues to send after a request for the stream is disconnected",
          "[http]") {
  HttpStage stage;
  HttpClient& viewer = stage.add_viewer(get("/stream"));
  viewer.send(get("/"));
  CHECK(run_until(stage.io, [&] { return viewer.is_closed(); }));
  CHECK(stage.viewer_count.count() == 0);
}

TEST_CASE("a viewer over HTTP that sends without end is disconnected, and no other is", "[http]") {
  HttpStage stage;
  HttpClient& viewer = stage.add_viewer();
  HttpClient& talker = stage.add_viewer();
  talker.send(std::string(20'000, 'x'));
  REQUIRE(run_until(stage.io, [&] { return talker.is_closed(); }));
  CHECK(stage.viewer_count.count() == 1);
  submit(stage, 0);
  CHECK(run_until(stage.io, [&] { return viewer.frames() == 1; }));
}

TEST_CASE("a stalled HTTP viewer delays no other viewer, and gets the newest frame when it reads",
          "[http]") {
  constexpr std::uint32_t kFrames = 120;
  HttpStage stage;
  HttpClient& quick = stage.add_viewer();
  HttpClient& slow = stage.add_viewer();
  const auto sent_to_quick = [&] {
    quick.pump();
    std::uint64_t most = 0;
    for (const ViewerStatistics& viewer : stage.frames.present_viewers())
      most = std::max(most, viewer.frames);
    return most;
  };
  for (std::uint32_t sequence = 0; sequence < kFrames; ++sequence) {
    submit(stage, sequence, 300'000);
    REQUIRE(run_until(stage.io, [&] { return sent_to_quick() == sequence + 1; }));
  }
  REQUIRE(run_until(stage.io, [&] { return quick.frames() == kFrames; }));
  std::uint64_t skipped = 0;
  for (const ViewerStatistics& viewer : stage.frames.present_viewers()) skipped += viewer.skipped;
  CHECK(skipped > 0);

  REQUIRE(run_until(stage.io, [&] {
    const Outcome outcome = slow.outcome();
    return !outcome.frames.empty() && stamp_of(outcome.frames.back()).sequence == kFrames - 1;
  }));
  check_untorn_and_ascending(slow.outcome());
  CHECK(slow.frames() < kFrames);
  CHECK(last_sequence_of(quick) == kFrames - 1);
}

TEST_CASE("a stream over HTTP ends cleanly after the frame in transmission", "[http]") {
  HttpStage stage;
  HttpClient& viewer = stage.add_viewer();
  submit(stage, 0, 3'000'000);
  run_ready(stage.io);
  submit(stage, 1);
  stage.server.finish(std::chrono::minutes(10));
  stage.frames.finish(std::chrono::minutes(10));
  CHECK(stage.runs_until_closed_in_order(viewer));
  const Outcome outcome = viewer.outcome();
  check_untorn_and_ascending(outcome);
  CHECK_FALSE(outcome.frames.empty());
  CHECK(outcome.between_frames);
  viewer.socket().close();
  CHECK(run_until(stage.io, [&] { return stage.viewer_count.count() == 0; }));
  stage.io.restart();
  stage.io.run();  // returns, since nothing is left to do
}

TEST_CASE("a snapshot starts the encoder for one frame", "[http]") {
  const std::string target = GENERATE(
      as<std::string>{}, "/snapshot", "/?action=snapshot", "/snapshot?t=1", "/?action=snapshot&t=1",
      "/?action=snapshot?nonce=1", "/snapshot_0", "/snapshot&t=1", "/?action=snapshot_0");
  CAPTURE(target);
  HttpStage stage;
  HttpClient& client = stage.add_client(get(target));
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.frame_requests() == 1; }));
  CHECK(client.untaken().empty());
  const auto frame = make_frame(5);
  stage.frames.submit(frame);
  const HttpResponse response = stage.response_to(client);
  CHECK(stamp_of(jpeg_of(response)).sequence == 5);
  CHECK(without_stamp(jpeg_of(response)) == bytes_of(frame->layout));
  constexpr std::string_view kJfif("\xff\xd8\xff\xe0\0\x10JFIF\0", 11);
  CHECK_THAT(response.body, Catch::StartsWith(std::string(kJfif)));
  CHECK(response.field("connection") == "keep-alive");
  CHECK(stage.viewer_count.frame_requests() == 0);
  CHECK(stage.server.snapshots() == 1);
  submit(stage, 6);
  for (int i = 0; i < 10; ++i) run_ready(stage.io);
  CHECK(client.untaken().empty());
}

TEST_CASE("a snapshot shows a frame captured after the request", "[http]") {
  HttpStage stage;
  HttpClient& viewer = stage.add_viewer();
  submit(stage, 1);
  REQUIRE(run_until(stage.io, [&] { return viewer.frames() == 1; }));
  HttpClient& client = stage.add_client(get("/snapshot"));
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.frame_requests() == 1; }));
  CHECK(client.untaken().empty());
  submit(stage, 2);
  CHECK(sequence_of(stage.response_to(client)) == 2);
  CHECK(stage.viewer_count.frame_requests() == 0);
  CHECK(run_until(stage.io, [&] { return viewer.frames() == 2; }));
}

TEST_CASE("consecutive snapshots show different frames", "[http]") {
  HttpStage stage;
  HttpClient& client = stage.add_client(get("/snapshot") + get("/snapshot") + get("/"));
  for (std::uint32_t sequence = 0; sequence < 2; ++sequence) {
    REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.frame_requests() == 1; }));
    submit(stage, sequence, 200'000);
    CHECK(sequence_of(stage.response_to(client)) == sequence);
  }
  CHECK(stage.response_to(client).body == "the page");
  CHECK(stage.viewer_count.frame_requests() == 0);
}

TEST_CASE("simultaneous snapshots share one frame", "[http]") {
  HttpStage stage;
  for (int i = 0; i < 20; ++i) stage.add_client(get("/snapshot"));
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.frame_requests() == 20; }));
  submit(stage, 3);
  for (HttpClient& client : stage.clients) CHECK(sequence_of(stage.response_to(client)) == 3);
  CHECK(stage.server.snapshots() == 20);
  CHECK(stage.viewer_count.frame_requests() == 0);
}

TEST_CASE("HEAD describes the snapshot without starting the encoder", "[http]") {
  HttpStage stage;
  HttpClient& client =
      stage.add_client("HEAD /snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/"));
  const HttpResponse response = stage.response_to(client, HasBody::no);
  CHECK(response.status == 200);
  CHECK(response.field("content-type") == "image/jpeg");
  CHECK(stage.response_to(client).body == "the page");
  CHECK(stage.viewer_count.max() == 0);
  CHECK(stage.server.snapshots() == 0);
}

TEST_CASE("a snapshot whose client has closed does not keep the encoder running", "[http]") {
  HttpStage stage;
  HttpClient& client = stage.add_client(get("/snapshot"));
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.frame_requests() == 1; }));
  client.socket().close();
  submit(stage, 0);
  CHECK(run_until(stage.io, [&] { return stage.viewer_count.frame_requests() == 0; }));
  CHECK(stage.response_to(get("/")).status == 200);
}

TEST_CASE("a snapshot times out if the camera delivers no frame, and the client gets an error",
          "[http]") {
  HttpSettings settings = long_timeout_settings();
  settings.frame_timeout = std::chrono::milliseconds(50);
  HttpStage stage(settings);
  HttpClient& client = stage.add_client(get("/snapshot") + get("/"));
  const HttpResponse response = stage.response_to(client);
  CHECK(response.status == 503);
  CHECK_FALSE(response.body.empty());
  CHECK(stage.viewer_count.frame_requests() == 0);
  CHECK(stage.viewer_count.max() == 0);  // a snapshot client is no viewer
  CHECK(stage.response_to(client).body == "the page");
  CHECK(stage.server.snapshots() == 0);
}

}  // namespace
}  // namespace jpegwire::http_stream_test
