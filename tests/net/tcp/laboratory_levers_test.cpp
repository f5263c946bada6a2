// The options with which users explore partial reads and writes.

#include <catch2/catch.hpp>

#include "net/tcp/frame_server.hpp"
#include "net/tcp/stream_client.hpp"
#include "support/loopback.hpp"
#include "support/recorder.hpp"

namespace jpegwire::laboratory_levers_test {
namespace {

using namespace test;

constexpr milliseconds kLong{60'000};  // longer than a test may take

struct Stage {
  explicit Stage(WriteSettings write)
      : server(io, viewer_count, {.write = write}),
        endpoint(server.listen({"127.0.0.1", 0}).endpoint()) {}

  bool has_viewer() {
    return run_until(io, [&] { return viewer_count.count() == 1; });
  }

  asio::io_context io{1};
  ViewerCount viewer_count;
  FrameServer server;
  Endpoint endpoint;
};

TEST_CASE("a frame that is written in parts arrives whole, and the newest one follows") {
  Stage stage({.piece_bytes = 1000, .pause = microseconds(100)});
  Peer viewer(stage.io, stage.endpoint);
  REQUIRE(stage.has_viewer());
  for (std::uint32_t sequence = 0; sequence < 3; ++sequence)
    stage.server.submit(make_frame(sequence, 20'000));
  REQUIRE(run_until(stage.io, [&] { return viewer.frames() >= 1; }));
  stage.server.submit(make_frame(9, 20'000));
  REQUIRE(run_until(stage.io, [&] {
    const Outcome outcome = viewer.outcome();
    return !outcome.frames.empty() && stamp_of(outcome.frames.back()).sequence == 9;
  }));
  CHECK(viewer.outcome().between_frames);
}

TEST_CASE("at the end the rest of a frame is sent without pauses") {
  Stage stage({.piece_bytes = 100, .pause = kLong});
  Peer viewer(stage.io, stage.endpoint);
  REQUIRE(stage.has_viewer());
  stage.server.submit(make_frame(0, 5000));
  REQUIRE(run_until(stage.io, [&] { return viewer.received().size() == 100; }));
  stage.server.finish(kLong);
  REQUIRE(run_until(stage.io, [&] { return viewer.closed_in_order(); }));
  CHECK(viewer.frames() == 1);
  CHECK(viewer.outcome().last == FrameAssembler::Event::end_of_stream);
}

TEST_CASE("a viewer that disconnects during a pause is removed") {
  Stage stage({.piece_bytes = 100, .pause = milliseconds(1)});
  {
    Peer viewer(stage.io, stage.endpoint);
    REQUIRE(stage.has_viewer());
    stage.server.submit(make_frame(0, 50'000));
    REQUIRE(run_until(stage.io, [&] { return viewer.received().size() >= 100; }));
  }
  CHECK(run_until(stage.io, [&] { return stage.viewer_count.count() == 0; }));
}

TEST_CASE("no read exceeds the configured size, and each is recorded") {
  Stage stage({});
  Recorder recorder;
  StreamClient client(stage.io,
                      {.endpoint = stage.endpoint,
                       .timeout = kLong,
                       .read = {.buffer_bytes = 4096, .max_bytes = 1500, .are_recorded = true}},
                      recorder);
  client.start();
  REQUIRE(stage.has_viewer());
  stage.server.submit(make_frame(0, 20'000));
  REQUIRE(run_until(stage.io, [&] { return recorder.frames.size() == 1; }));
  const FrameReads& reads = recorder.frames[0]->arrival;
  CHECK(reads.size_bytes() == recorder.frames[0]->bytes().size() + 4);
  CHECK(reads.count() >= 14);
  CHECK(reads.count() == recorder.frames[0]->reads);
  for (const FrameRead& read : reads.list) CHECK(read.bytes <= 1500);
  client.stop();
}

TEST_CASE("a read may be larger than the default buffer") {
  Stage stage({});
  Recorder recorder;
  StreamClient client(
      stage.io, {.endpoint = stage.endpoint, .timeout = kLong, .read = {.max_bytes = 1 << 20}},
      recorder);
  client.start();
  REQUIRE(stage.has_viewer());
  stage.server.submit(make_frame(0, 200'000));
  CHECK(run_until(stage.io, [&] { return recorder.frames.size() == 1; }));
  client.stop();
}

}  // namespace
}  // namespace jpegwire::laboratory_levers_test
