#include "sender/sources/stream_source.hpp"

#include <asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace jpegwire;

TEST_CASE("a relay reports what happens to the frames", "[stream_source]") {
  asio::io_context io;
  const std::string url = "tcp://127.0.0.1:1";
  CHECK(StreamSource(io, url, true).description() ==
        "stream tcp://127.0.0.1:1, passed on without decoding");
  CHECK(StreamSource(io, url, false).description() ==
        "stream tcp://127.0.0.1:1, decoded and encoded again");
}

TEST_CASE("a relay waits a moment for its first frame before it shows the card",
          "[stream_source]") {
  asio::io_context io;
  StreamSource source(io, "tcp://127.0.0.1:1");
  const WallTime begin = wall_now();
  const auto first = source.read({}), second = source.read({});
  REQUIRE(first);
  REQUIRE(first->raw);
  CHECK(first->capture_time - begin > milliseconds(900));
  REQUIRE(second);
  CHECK(second->capture_time - first->capture_time < milliseconds(900));
}

TEST_CASE("a relay ends when it is stopped", "[stream_source]") {
  asio::io_context io;
  StreamSource source(io, "tcp://127.0.0.1:1");
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(source.read(stop.get_token()));
}
