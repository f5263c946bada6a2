#include "net/web/stream_query.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::stream_query_test {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("without a query the size of a stream over HTTP stays") {
  const StreamQuery query = parse_stream_query("action=stream&nonce=7");
  CHECK(query.error.empty());
  CHECK(query.request.wish == ViewerWish{.adaptation = Adaptation::quality});
  CHECK_FALSE(query.request.is_mode_fixed);
  CHECK(query.request.frames_per_second == 0);
}

TEST_CASE("a stream's query bounds its size, quality and rate") {
  const StreamQuery query = parse_stream_query("width=640&quality=50&fps=7.5");
  CHECK(query.error.empty());
  CHECK(query.request.wish.limit == PictureSize{640, 0});
  CHECK(query.request.wish.quality == 50);
  CHECK(query.request.wish.adaptation == Adaptation::size);
  CHECK(query.request.frames_per_second == 7.5);
}

TEST_CASE("a stream's query chooses what may change") {
  CHECK(parse_stream_query("adapt=auto").request.wish.adaptation == Adaptation::size);
  CHECK(parse_stream_query("adapt=quality").request.wish.adaptation == Adaptation::quality);
  CHECK(parse_stream_query("adapt=off").request.wish.adaptation == Adaptation::off);
  CHECK(parse_stream_query("adapt=off").request.is_mode_fixed);
}

TEST_CASE("a wrong value in a stream's query is named") {
  for (const std::string query :
       {"width=0", "width=", "width=12x", "width=99999999999999999999", "width=-5", "height=70000"})
    CHECK_THAT(parse_stream_query(query).error, Contains("takes a number from 16 to 65500"));
  CHECK_THAT(parse_stream_query("quality=0").error, Contains("quality takes a number from 1 to"));
  for (const std::string fps : {"0", "-1", "nan", "inf", "1e9", "x"})
    CHECK_THAT(parse_stream_query("fps=" + fps).error, Contains("fps takes a number"));
  CHECK_THAT(parse_stream_query("adapt=off&width=640").error, Contains("only without width"));
  CHECK_THAT(parse_stream_query("adapt=on").error, Contains("auto, quality or off"));
}

}  // namespace
}  // namespace jpegwire::stream_query_test
