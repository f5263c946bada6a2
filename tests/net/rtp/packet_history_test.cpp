#include "net/rtp/packet_history.hpp"

#include <catch2/catch.hpp>

#include "support/test_time.hpp"

using namespace jpegwire;
using test::at;

namespace packet_history_test {
namespace {

void begin_frame(PacketHistory& history, int ms, std::uint16_t first, int packets) {
  SentFrame& sent = history.begin(std::make_shared<EncodedFrame>(), at(ms));
  for (int i = 0; i < packets; ++i) {
    OutgoingPacket packet;
    packet.sequence = static_cast<std::uint16_t>(first + i);
    sent.packets.push_back(packet);
  }
}

}  // namespace

TEST_CASE("packets of the latest frames can be sent again", "[packet_history]") {
  PacketHistory history(3);
  begin_frame(history, 0, 65530, 10);
  begin_frame(history, 33, 4, 10);
  const OutgoingPacket* packet = history.find_again(2, at(40));
  REQUIRE(packet != nullptr);
  CHECK(packet->sequence == 2);
  REQUIRE(history.find_again(13, at(40)) != nullptr);
  CHECK(history.find_again(14, at(40)) == nullptr);
  CHECK(history.find_again(65529, at(40)) == nullptr);
}

TEST_CASE("packets that are too old are not sent again", "[packet_history]") {
  PacketHistory history(3);
  begin_frame(history, 0, 0, 10);
  CHECK(history.find_again(5, at(200)) != nullptr);
  CHECK(history.find_again(5, at(201)) == nullptr);
  for (int frame = 1; frame <= 3; ++frame)
    begin_frame(history, frame, static_cast<std::uint16_t>(10 * frame), 10);
  CHECK(history.find_again(5, at(4)) == nullptr);
}

TEST_CASE("packets that are requested too often are not sent again", "[packet_history]") {
  PacketHistory history(3);
  begin_frame(history, 0, 0, 10);
  for (int i = 0; i < 3; ++i) CHECK(history.find_again(5, at(1)) != nullptr);
  for (int i = 0; i < 1000; ++i) CHECK(history.find_again(5, at(1)) == nullptr);
  CHECK(history.find_again(6, at(1)) != nullptr);
}

}  // namespace packet_history_test
