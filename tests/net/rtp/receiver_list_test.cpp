#include "net/rtp/receiver_list.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "support/test_time.hpp"

using namespace jpegwire;
using test::at;

namespace receiver_list_test {
namespace {

constexpr std::uint32_t kStream = 0xABCD;

RtcpCompound report(std::uint32_t ssrc, std::uint32_t reference) {
  RtcpCompound compound;
  compound.sender_ssrc = ssrc;
  compound.reference_time = at(0);
  compound.last_reference = reference;
  return compound;
}

/// A report of a receiver that has received the sender report of this time.
RtcpCompound hearing(std::uint32_t ssrc, std::uint32_t sender_report) {
  RtcpCompound compound = report(ssrc, 5);
  compound.reception_reports.push_back({.ssrc = kStream, .last_sender_report = sender_report});
  return compound;
}

bool has(std::span<const ReferenceTimeEcho> echoes, std::uint32_t ssrc) {
  return std::ranges::find(echoes, ssrc, &ReferenceTimeEcho::ssrc) != echoes.end();
}

}  // namespace

TEST_CASE("each viewer gets an echo of its own time and the time it was held", "[receiver_list]") {
  ReceiverList receivers(kStream);
  CHECK(receivers.note(report(1, 111), at(0)));
  CHECK(receivers.note(report(2, 222), at(500)));
  CHECK_FALSE(receivers.note(report(1, 112), at(1000)));
  const auto echoes = receivers.echoes(at(1500));
  REQUIRE(echoes.size() == 2);
  CHECK(echoes[0] == ReferenceTimeEcho{.ssrc = 1, .last_reference = 112, .delay = 65536 / 2});
  CHECK(echoes[1] == ReferenceTimeEcho{.ssrc = 2, .last_reference = 222, .delay = 65536});
}

TEST_CASE("viewers that leave or are silent for long are forgotten", "[receiver_list]") {
  ReceiverList receivers(kStream);
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
  ReceiverList receivers(kStream);
  for (std::uint32_t ssrc = 1; ssrc <= 100'000; ++ssrc) receivers.note(report(ssrc, 5), at(0));
  CHECK(receivers.size() == ReceiverList::kMaxReceivers);
  CHECK(receivers.echoes(at(1)).size() == 31);
}

TEST_CASE("a viewer that hears the stream keeps its place in a flood", "[receiver_list]") {
  ReceiverList receivers(kStream);
  receivers.note_sent(7000);
  receivers.note(hearing(1, 7000), at(0));
  for (std::uint32_t ssrc = 2; ssrc <= 1000; ++ssrc) receivers.note(report(ssrc, 5), at(1));
  CHECK(receivers.hears(1, at(2)));
  for (int i = 0; i < 10; ++i) CHECK(has(receivers.echoes(at(2 + i)), 1));
}

TEST_CASE("a viewer that comes after a flood gets a place", "[receiver_list]") {
  ReceiverList receivers(kStream);
  for (std::uint32_t ssrc = 2; ssrc <= 1000; ++ssrc) receivers.note(report(ssrc, 5), at(0));
  SECTION("because it hears the stream") {
    receivers.note_sent(7000);
    CHECK(receivers.note(hearing(1, 7000), at(1)));
    CHECK(has(receivers.echoes(at(2)), 1));
  }
  SECTION("because others have been silent for longer") {
    CHECK(receivers.note(report(1, 5), at(1)));
    CHECK(receivers.note(report(1001, 5), at(2)));
    CHECK_FALSE(receivers.note(report(1, 5), at(3)));
  }
}

TEST_CASE("a guessed or old time of a sender report shows nothing", "[receiver_list]") {
  ReceiverList receivers(kStream);
  receivers.note_sent(7000);
  receivers.note(hearing(1, 0), at(0));
  receivers.note(hearing(2, 7001), at(0));
  CHECK_FALSE(receivers.hears(1, at(0)));
  CHECK_FALSE(receivers.hears(2, at(0)));
  for (std::uint32_t time = 7001; time <= 7016; ++time) receivers.note_sent(time);
  receivers.note(hearing(3, 7000), at(0));
  CHECK_FALSE(receivers.hears(3, at(0)));
  receivers.note(hearing(4, 7001), at(0));
  CHECK(receivers.hears(4, at(5000)));
  CHECK_FALSE(receivers.hears(4, at(5001)));
}

TEST_CASE("more viewers than a packet can answer are answered in turn", "[receiver_list]") {
  ReceiverList receivers(kStream);
  for (std::uint32_t ssrc = 1; ssrc <= 62; ++ssrc) receivers.note(report(ssrc, 5), at(0));
  std::vector<std::uint32_t> answered;
  for (int turn = 1; turn <= 2; ++turn)
    for (const ReferenceTimeEcho& echo : receivers.echoes(at(turn))) answered.push_back(echo.ssrc);
  std::ranges::sort(answered);
  CHECK(answered.size() == 62);
  CHECK(std::ranges::adjacent_find(answered) == answered.end());
}

}  // namespace receiver_list_test
