#include "net/rtp/receiver_list.hpp"

#include <catch2/catch.hpp>

#include "support/test_time.hpp"

using namespace jpegwire;
using test::at;

namespace receiver_list_test {
namespace {

RtcpCompound report(std::uint32_t ssrc, std::uint32_t reference) {
  RtcpCompound compound;
  compound.sender_ssrc = ssrc;
  compound.reference_time = at(0);
  compound.last_reference = reference;
  return compound;
}

}  // namespace

TEST_CASE("each viewer gets an echo of its own time and the time it was held", "[receiver_list]") {
  ReceiverList receivers;
  CHECK(receivers.note(report(1, 111), at(0)));
  CHECK(receivers.note(report(2, 222), at(500)));
  CHECK_FALSE(receivers.note(report(1, 112), at(1000)));
  const auto echoes = receivers.echoes(at(1500));
  REQUIRE(echoes.size() == 2);
  CHECK(echoes[0] == ReferenceTimeEcho{.ssrc = 1, .last_reference = 112, .delay = 65536 / 2});
  CHECK(echoes[1] == ReferenceTimeEcho{.ssrc = 2, .last_reference = 222, .delay = 65536});
}

TEST_CASE("viewers that leave or are silent for long are forgotten", "[receiver_list]") {
  ReceiverList receivers;
  receivers.note(report(1, 111), at(0));
  receivers.note(report(2, 222), at(0));
  RtcpCompound goodbye = report(1, 0);
  goodbye.bye = true;
  CHECK_FALSE(receivers.note(goodbye, at(1)));
  CHECK(receivers.size() == 1);
  CHECK(receivers.echoes(at(10'001)).empty());
  CHECK(receivers.size() == 0);
}

TEST_CASE("a flood of viewers costs bounded memory", "[receiver_list]") {
  ReceiverList receivers;
  for (std::uint32_t ssrc = 1; ssrc <= 100'000; ++ssrc) receivers.note(report(ssrc, 5), at(0));
  CHECK(receivers.size() == 31);
  CHECK(receivers.echoes(at(1)).size() == 31);
}

}  // namespace receiver_list_test
