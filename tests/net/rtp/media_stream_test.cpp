#include "net/rtp/media_stream.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "support/test_time.hpp"

using namespace jpegwire;
using test::at;

namespace media_stream_test {
namespace {

constexpr milliseconds kTimeout{20};

std::vector<int> due(MissingPackets& missing, int ms) {
  const auto numbers = missing.due(at(ms), kTimeout);
  return {numbers.begin(), numbers.end()};
}

}  // namespace

TEST_CASE("a packet that is only late is not requested", "[missing_packets]") {
  MissingPackets missing;
  missing.skipped(10, 12, at(0));
  CHECK(missing.next_due() == at(2));
  CHECK(due(missing, 1).empty());
  CHECK_FALSE(missing.arrived(10));
  CHECK(due(missing, 2) == std::vector{11});
  CHECK(missing.arrived(11));
  CHECK_FALSE(missing.next_due());
}

TEST_CASE("a packet is requested at most three times", "[missing_packets]") {
  MissingPackets missing;
  missing.skipped(65535, 65537, at(0));
  CHECK(due(missing, 5) == std::vector{65535, 0});
  CHECK(due(missing, 24).empty());
  CHECK(due(missing, 25) == std::vector{65535, 0});
  CHECK(due(missing, 45) == std::vector{65535, 0});
  CHECK_FALSE(missing.next_due());
  CHECK(due(missing, 1000).empty());
}

TEST_CASE("packets of frames that have ended are forgotten", "[missing_packets]") {
  MissingPackets missing;
  missing.skipped(10, 20, at(0));
  missing.forget_before(18);
  CHECK(due(missing, 5) == std::vector{18, 19});
  missing.clear();
  CHECK_FALSE(missing.next_due());
}

TEST_CASE("a gap of any length costs bounded memory", "[missing_packets]") {
  MissingPackets missing;
  missing.skipped(0, 1'000'000'000, at(0));
  CHECK(due(missing, 5).size() == 512);
}

}  // namespace media_stream_test
